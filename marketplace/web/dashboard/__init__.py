"""The pages of the clinics' dashboard, for members of a team."""

from marketplace.web.dashboard import conflict, inbox, leads, listing, questions, quoting, team  # noqa: F401 - binds the views
