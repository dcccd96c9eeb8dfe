"""The operators' pages."""

from marketplace.web.operator import audit, clinics, decisions, desk, emails, requests, review  # noqa: F401
from marketplace.web.operator.door import door as door
