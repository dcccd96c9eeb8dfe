"""The operators' pages."""

from marketplace.web.operator import audit, clinics, decisions, desk, emails, requests, review  # noqa: F401 - binds the views
