"""The messages between a clinic and a patient as the clinic's team reads them, and the form to reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.accounts.models import names_of
from marketplace.leads.actions import may_reply
from marketplace.leads.messages import CLINIC, MessageView
from marketplace.web.dashboard.current_lead import current_clinic, current_lead
from marketplace.web.forms.base import FlaggedWordsForm, message_field

if TYPE_CHECKING:
    from uuid import UUID

    from marketplace.leads.models import Lead


class ReplyForm(FlaggedWordsForm):
    """A clinic's message to the patient."""

    limit = "reply-patient"
    body = message_field(_l("Your reply"))

    def counted(self) -> dict[str, str]:
        """Returns the clinic and the request as what the limits count: a team shares them."""
        return {"clinic": str(current_clinic().id), "request": current_lead().request.ref}


@dataclass(frozen=True)
class Entry:
    """One message: its author in words, and whether it was unread by the whole team before this page was opened."""

    said: MessageView
    who: str
    is_new: bool

    @property
    def is_read_by_patient(self) -> bool:
        """Returns whether the patient has read a message of the clinic."""
        return self.said.author == CLINIC and self.said.read_at is not None


@dataclass(frozen=True)
class Thread:
    """The messages of a lead, oldest first, and the form to reply; None where the clinic may not write."""

    entries: tuple[Entry, ...]
    form: ReplyForm | None

    @property
    def has_new(self) -> bool:
        """Returns whether a message of the patient was unread before this page was opened."""
        return any(entry.is_new for entry in self.entries)


def thread_of(lead: Lead, said: Sequence[MessageView], *, form: ReplyForm | None = None) -> Thread:
    """Returns the thread of a lead; `form` is a refused form with what was typed, if there is one."""
    names = names_of(message.by for message in said if message.by)
    entries = tuple(
        Entry(message, _who(message, names), message.author != CLINIC and message.read_at is None) for message in said
    )
    return Thread(entries, (form or ReplyForm(formdata=None)) if may_reply(lead, said) else None)


def _who(said: MessageView, names: dict[UUID, str]) -> str:
    """Returns who wrote the message: the patient, a colleague by name while in the team, else the clinic."""
    if said.author != CLINIC:
        return _("The patient")
    return names.get(said.by, _("Your clinic")) if said.by else _("Your clinic")
