"""The clinics' pages."""

from marketplace.web.dashboard import (  # noqa: F401
    asking,
    conflict,
    exporting,
    inbox,
    inviting,
    leads,
    listing,
    pages,
    photos,
    quoting,
    replying,
    team,
    withdrawing,
)
from marketplace.web.dashboard.door import door as door
