"""The patients' pages: the request form for anyone, a request's own pages for whoever holds its link."""

from marketplace.web.patient import form, request  # noqa: F401 - binds the views
