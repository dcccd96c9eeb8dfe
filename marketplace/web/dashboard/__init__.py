"""The clinics' pages."""

from marketplace.web.dashboard import conflict, inbox, leads, listing, questions, quoting, team  # noqa: F401 - binds the views
