"""The patients' pages."""

from marketplace.web.patient import (  # noqa: F401
    start,
    steps_person,
    steps_send,
    steps_wish,
)
from marketplace.web.patient.door import door as door
