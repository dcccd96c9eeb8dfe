"""The public pages, which everyone may read."""

from marketplace.web.public import clinics, files, pages, preferences, prices, treatments  # noqa: F401 - binds the views
