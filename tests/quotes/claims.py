"""What each email says of a request or of one clinic, to be held against both at the moment when it was written."""

from collections.abc import Callable

from marketplace.aftercare.check_ins import check_ins_of
from marketplace.aftercare.plans import expected_day, plan_of
from marketplace.aftercare.problems import open_problem
from marketplace.clinics.checks import why_stopped
from marketplace.foundation import clock
from marketplace.leads.deletion_duties import duties_of
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of
from marketplace.leads.states import AWAITING, QUOTABLE, READING, LeadState
from marketplace.leads.status_texts import clinic_news
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import AT_CLINICS, TAKES_QUOTES, RequestState
from marketplace.quotes.queries import can_be_chosen, sent_quotes
from tests.outbox import text_of


def one_can_be_chosen(_email: Email, request: QuoteRequest, _lead: Lead | None) -> bool:
    return request.state in TAKES_QUOTES and any(can_be_chosen(quote) for quote in sent_quotes(request))


def one_waits_for_an_answer(_email: Email, request: QuoteRequest, _lead: Lead | None) -> bool:
    return any(lead.state == LeadState.ASKED for lead in leads_of(request))


def about(*states: LeadState) -> Callable[[Email, QuoteRequest, Lead | None], bool]:
    """The clinic's lead is in one of these states."""
    return lambda _email, _request, lead: lead is not None and lead.state in states


def says_what_changed(_email: Email, _request: QuoteRequest, lead: Lead | None) -> bool:
    return lead is not None and bool(clinic_news(lead)) and lead.state not in {LeadState.LOST, LeadState.REVOKED}


def goes_on(_email: Email, _request: QuoteRequest, lead: Lead | None) -> bool:
    return lead is not None and lead.state != LeadState.FROZEN and why_stopped(lead.clinic) is None


def lost_to_another(_email: Email, request: QuoteRequest, lead: Lead | None) -> bool:
    is_lost = lead is not None and lead.state == LeadState.LOST and lead.quote_declined_at is None
    return is_lost and request.state == RequestState.CHOSEN


def was_declined(_email: Email, _request: QuoteRequest, lead: Lead | None) -> bool:
    return lead is not None and lead.state == LeadState.LOST and lead.quote_declined_at is not None


def is_open_again(_email: Email, request: QuoteRequest, _lead: Lead | None) -> bool:
    return request.state == RequestState.OPEN


def may_be_chosen_again(email: Email, request: QuoteRequest, lead: Lead | None) -> bool:
    stands = "may still choose it" in " ".join(text_of(email).split())
    return request.state in TAKES_QUOTES and lead is not None and (not stands or lead.state in QUOTABLE)


def may_quote_again(email: Email, _request: QuoteRequest, lead: Lead | None) -> bool:
    stands = "stands again" in email.subject
    return lead is not None and (lead.state == LeadState.QUOTED if stands else lead.state in AWAITING)


def counts_are_right(email: Email, request: QuoteRequest, _lead: Lead | None) -> bool:
    quotes = sum(can_be_chosen(quote) for quote in sent_quotes(request))
    return email.subject.startswith(f"You have {quotes} quote" if quotes else "No quote to choose from")


def clock_runs(email: Email, _request: QuoteRequest, lead: Lead | None) -> bool:
    return lead is not None and lead.state in READING and (lead.state in AWAITING or "until" not in email.subject)


def has_to_delete(_email: Email, _request: QuoteRequest, lead: Lead | None) -> bool:
    return lead is not None and any(duty.state == "asked" for duty in duties_of(lead))


def waits_for_a_word(_email: Email, request: QuoteRequest, _lead: Lead | None) -> bool:
    """Somebody who chose this clinic told it of a problem that it has not answered."""
    return any(lead.state == LeadState.WON and open_problem(lead) is not None for lead in leads_of(request))


def may_have_gone(_email: Email, request: QuoteRequest, _lead: Lead | None) -> bool:
    """The day of the first session is over, and nothing was said before."""
    plan, day = plan_of(request), expected_day(request)
    return plan is not None and plan.price_asked_at is not None and day is not None and day < clock.today()


# About an account, a listing or a link: nothing of how a request stands.
SAYS_NO_STATE = frozenset({"access_link", "listing_result", "clinics_available"})
CLAIMS: dict[str, Callable[[Email, QuoteRequest, Lead | None], bool]] = {
    "quotes_arrived": one_can_be_chosen,
    "quote_ends": one_can_be_chosen,
    "clinic_asked": one_waits_for_an_answer,
    "clinic_will_not_quote": counts_are_right,
    "clinic_changed": says_what_changed,
    "clinic_returned": goes_on,
    "choice_made": lambda _email, request, _lead: request.state == RequestState.CHOSEN,
    "choice_undone": is_open_again,
    "quote_withdrawn": about(LeadState.OPENED, LeadState.NEW, LeadState.FROZEN, LeadState.ASKED),
    "chosen": about(LeadState.WON),
    "not_chosen": lost_to_another,
    "quote_declined": was_declined,
    "decline_undone": may_quote_again,
    "clinic_choice_undone": may_be_chosen_again,
    "question_answered": clock_runs,
    "answers_changed": about(*READING),
    "request_closed": lambda _email, request, _lead: request.state == RequestState.CLOSED,
    "delete_data": about(LeadState.REVOKED),
    "delete_part": has_to_delete,
    "delete_reminder": has_to_delete,
    "leads_waiting": about(*AWAITING),
    "new_request": about(LeadState.NEW),
    "request_sent": is_open_again,
    "clinic_wrote": about(*READING),
    "patient_waits": waits_for_a_word,
    "problem_unanswered": waits_for_a_word,
    "first_session": lambda _email, request, _lead: plan_of(request) is not None,
    "check_in": lambda _email, request, _lead: any(each.state == "asked" for each in check_ins_of(request)),
    "price_kept": may_have_gone,
    "deletion_announced": lambda _email, request, _lead: request.state not in AT_CLINICS,
    "request_deleted": lambda _email, request, _lead: request.state == RequestState.WITHDRAWN,
}
