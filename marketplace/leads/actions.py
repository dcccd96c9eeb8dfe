"""What a clinic does with a lead, and the patient's answer to its question."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from flask_babel import gettext
from sqlalchemy import select

from marketplace.clinics.checks import why_stopped
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record, record_in_own_transaction
from marketplace.foundation.database.transactions import lock_rows
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads import clocks
from marketplace.leads.clocks import must_go_on, refresh_reply_times
from marketplace.leads.events import (
    ClinicReplied,
    LeadDeclined,
    LeadOpened,
    QuestionAnswered,
    QuestionAsked,
    ids,
)
from marketplace.leads.messages import (
    CLINIC,
    PATIENT,
    MessageView,
    ask_about,
    has_asked,
    messages,
    post_message,
    put_before_operator,
    takes_messages,
)
from marketplace.leads.models import LEAD, Lead, move_back
from marketplace.leads.states import AWAITING, LEAD_DECLINE_REASONS, LEAD_REFUSALS, LeadState
from marketplace.quote_requests.events import AnswersRead
from marketplace.quote_requests.models import AccessRecord
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState

ACCESS_GROUPED_WITHIN = timedelta(hours=1)


def open_lead(lead: Lead, *, is_locked: bool = False) -> None:
    """Moves a new lead to opened, when somebody of the clinic first opens its page.

    `is_locked`: it was locked and read by this transaction already.
    """
    if not is_locked:
        LEAD.lock(lead)  # two people may open it at once, and a page asks for several photos
    if lead.state == LeadState.NEW:
        LEAD.move(lead, LeadState.OPENED, is_locked=True)
        record(LeadOpened(**ids(lead)))


def record_access(lead: Lead, *, actor: str, what: str, is_locked: bool = False) -> None:
    """Records that a person of the clinic read what is sealed: `health`, `photos` or `contact`; a new lead is opened.

    The audit log has an entry each time, the patient's list one per person and hour.
    """
    open_lead(lead, is_locked=is_locked)
    db.session.add_all(access_rows(lead, actor=actor, what=what))
    record(AnswersRead(**ids(lead), reason=what))


def record_access_in_own_transaction(lead: Lead, *, actor: str, what: str) -> None:
    """Records a reading that stays recorded although the form it stands beside is refused."""
    record_in_own_transaction(AnswersRead(**ids(lead), reason=what), *access_rows(lead, actor=actor, what=what))


def access_rows(lead: Lead, *, actor: str, what: str) -> list[AccessRecord]:
    """Returns the row to add for this reading; none where the same person read the same within the last hour."""
    recent = (
        (AccessRecord.request_id == lead.request_id)
        & (AccessRecord.actor == actor)
        & (AccessRecord.what == what)
        & (AccessRecord.at > clock.now() - ACCESS_GROUPED_WITHIN)
    )
    if db.session.scalar(select(AccessRecord.id).where(recent).limit(1)) is not None:
        return []
    whose = {"request_id": lead.request_id, "clinic_id": lead.clinic_id}
    return [AccessRecord(**whose, actor=actor, what=what, at=clock.now())]


def ask(lead: Lead, question: str, *, by: UUID | None = None, as_it_is: bool = False) -> None:
    """Sends the clinic's one question to the patient and stops the clock until it is answered.

    Raises Refused for a second question, Disagreements for words that have to be asked about and are not meant
    `as_it_is`, WrongState where the lead is frozen or no longer waits for an answer.
    """
    must_go_on(lead)
    LEAD.lock(lead)
    _must_wait_for_an_answer(lead)
    if has_asked(lead):
        raise Refused("one_question", field="question")
    flagged = ask_about(lead, question, at="question", as_it_is=as_it_is)
    LEAD.move(lead, LeadState.ASKED)
    clocks.stop_clock(lead)
    message_id = post_message(lead, author=CLINIC, body=question, by=by, is_question=True)
    put_before_operator(lead, flagged, message_id=message_id, at="question")
    mark_answered(lead)
    record(QuestionAsked(**ids(lead)))


def answer_question(lead: Lead, body: str) -> None:
    """Stores the patient's message; an open question is answered by it and the clock resumes.

    Raises WrongState where the clinic may not go on, or the lead takes no messages any more.
    """
    lock_rows(Clinic, [lead.clinic_id])
    LEAD.lock(lead)
    if lead.state == LeadState.FROZEN or why_stopped(lead.clinic):
        raise WrongState("clinic_stopped", gettext("This clinic cannot read messages at the moment"))
    if not takes_messages(lead):
        raise WrongState(LEAD_REFUSALS[lead.state])
    post_message(lead, author=PATIENT, body=body)
    if lead.state == LeadState.ASKED:
        move_back(lead, LeadState.OPENED)
        clocks.resume_clock(lead)
    record(QuestionAnswered(**ids(lead)))


def decline(lead: Lead, reason: str) -> None:
    """Declines the lead for a reason of the list; this counts as the clinic's answer.

    Raises Refused for another reason, WrongState where the lead is frozen or can no longer be declined.
    """
    if reason not in LEAD_DECLINE_REASONS:
        raise Refused("unknown_reason", field="reason")
    must_go_on(lead)
    LEAD.lock(lead)
    lead.decline_reason = reason
    LEAD.move(lead, LeadState.DECLINED)
    mark_answered(lead)
    record(LeadDeclined(**ids(lead), reason=reason))


def mark_answered(lead: Lead) -> None:
    """Notes the clinic's first quote, question or decline: its reply time ends and it counts as an answer."""
    if lead.answered_at is None:
        lead.answered_at = clock.now()
        clinic = db.session.get_one(Clinic, lead.clinic_id)
        clinic.leads_answered = Clinic.leads_answered + 1
        db.session.flush()
        refresh_reply_times(clinic)


def _must_wait_for_an_answer(lead: Lead) -> None:
    """A lead that was lost may return to what it was before; until then there is nothing to ask."""
    if lead.request.state != RequestState.OPEN:
        raise WrongState(REQUEST_REFUSALS[lead.request.state])
    if lead.state not in AWAITING:
        raise WrongState(LEAD_REFUSALS[lead.state])


def may_reply(lead: Lead, thread: Sequence[MessageView]) -> bool:
    """Whether the clinic may write: the patient has written first or has chosen it, and the lead has not ended."""
    begun = lead.state == LeadState.WON or any(message.author == PATIENT for message in thread)
    return begun and takes_messages(lead)


def reply(lead: Lead, body: str, *, by: UUID, as_it_is: bool = False) -> None:
    """Stores a message of a member of the clinic; the patient gets an email that it is there.

    A reply is neither the one question nor an answer: no clock stops. Raises WrongState where none is taken,
    Disagreements for words that have to be asked about and are not meant `as_it_is`.
    """
    must_go_on(lead)
    LEAD.lock(lead)
    if not may_reply(lead, messages(lead)):
        raise WrongState(LEAD_REFUSALS[lead.state])
    flagged = ask_about(lead, body, at="body", as_it_is=as_it_is)
    message_id = post_message(lead, author=CLINIC, body=body, by=by)
    put_before_operator(lead, flagged, message_id=message_id, at="body")
    record(ClinicReplied(**ids(lead)))
