"""The clinics' pages."""

from marketplace.web.dashboard import asking, inbox, leads, pages, photos, quoting  # noqa: F401
from marketplace.web.dashboard.door import door as door
