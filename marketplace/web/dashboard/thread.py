"""What a clinic and a patient wrote to each other, as the clinic's team reads it, and the form to reply with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from marketplace.accounts.queries import names_of
from marketplace.leads.actions import may_reply
from marketplace.leads.messages import CLINIC, MAX_MESSAGE_LENGTH, MessageView
from marketplace.web.dashboard.current_lead import current_clinic, current_lead
from marketplace.web.forms.base import FlaggedWordsForm

if TYPE_CHECKING:
    from uuid import UUID

    from marketplace.leads.models import Lead


class ReplyForm(FlaggedWordsForm):
    """What to write to the patient."""

    limit = "reply-patient"
    body = TextAreaField(
        _l("Your reply"),
        validators=[
            DataRequired(_l("Enter a message")),
            Length(
                max=MAX_MESSAGE_LENGTH,
                message=_l("Your message must be %(n)s characters or fewer", n=f"{MAX_MESSAGE_LENGTH:,}"),
            ),
        ],
    )

    def counted(self) -> dict[str, str]:
        """All of a team together, and each patient's mailbox."""
        return {"clinic": str(current_clinic().id), "request": current_lead().request.ref}


@dataclass(frozen=True)
class Entry:
    """One message: whose it is, in words, and whether nobody of the team had opened it before this look."""

    said: MessageView
    who: str
    is_new: bool

    @property
    def is_read_by_patient(self) -> bool:
        """Of what the clinic wrote."""
        return self.said.author == CLINIC and self.said.read_at is not None


@dataclass(frozen=True)
class Thread:
    """The messages, oldest first; a form while the clinic may reply."""

    entries: tuple[Entry, ...]
    form: ReplyForm | None

    @property
    def has_new(self) -> bool:
        """Whether something of the patient was unread until now."""
        return any(entry.is_new for entry in self.entries)


def thread_of(lead: Lead, said: Sequence[MessageView], *, form: ReplyForm | None = None) -> Thread:
    """The thread of a lead; `form` is the one that was refused, with what was typed."""
    names = names_of(message.by for message in said if message.by)
    entries = tuple(
        Entry(message, _who(message, names), message.author != CLINIC and message.read_at is None) for message in said
    )
    return Thread(entries, (form or ReplyForm(formdata=None)) if may_reply(lead, said) else None)


def _who(said: MessageView, names: dict[UUID, str]) -> str:
    """A colleague by name, as long as they are of the team."""
    if said.author != CLINIC:
        return _("The patient")
    return names.get(said.by, _("Your clinic")) if said.by else _("Your clinic")
