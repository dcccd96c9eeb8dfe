"""The pages of a request, for whoever opened it by its mailed link."""

from marketplace.web.patient.request import (  # noqa: F401 - binds the views
    add_clinics,
    answers,
    choosing,
    compare,
    confirming,
    manage,
    messages,
    not_possible,
    opening,
    photos,
    quotes,
    sharing,
    show,
)
