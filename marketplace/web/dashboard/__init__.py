"""The clinics' pages."""

from marketplace.web.dashboard import (  # noqa: F401 - binds the views
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
