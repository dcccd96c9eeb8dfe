"""The patients' door: the request form for anyone, a request's own pages for whoever holds its link."""

from marketplace.web.patient import (
    answers,
    closed,
    compare,
    confirming,
    exporting,
    leaving,
    links,
    messages,
    more,
    photos,
    quotes,
    requests,
    sent,
    start,
    steps_person,
    steps_send,
    steps_wish,
)
from marketplace.web.patient.door import door

__all__ = [
    "answers",
    "closed",
    "compare",
    "confirming",
    "door",
    "exporting",
    "leaving",
    "links",
    "messages",
    "more",
    "photos",
    "quotes",
    "requests",
    "sent",
    "start",
    "steps_person",
    "steps_send",
    "steps_wish",
]
