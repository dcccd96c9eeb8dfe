"""The operators' pages, for staff only."""

from marketplace.web.operator import audit, checks, clinics, decisions, emails, overview, requests, review  # noqa: F401 - binds the views
