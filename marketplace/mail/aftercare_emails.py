"""Emails to a patient after the first session: they ask, and name no answer and no day."""

from babel.lists import format_list

from marketplace.aftercare.plans import WEEKS, plan_of
from marketplace.aftercare.states import PlanState
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.mail.links import RequestLink
from marketplace.mail.patient_emails import named, put
from marketplace.quote_requests.models import QuoteRequest


def first_session(event: Event) -> None:
    """Asks when the first session is, or says that the day was taken from the quote.

    Follows CheckInsBegun and FirstSessionAskedAgain.
    """
    request, clinic = _of(event)
    plan = plan_of(request)
    context = {
        "clinic": named(clinic, request),
        "is_known": plan is not None and plan.state == PlanState.RUNNING,
        "check_in_weeks": _weeks(request.locale),
    }
    put("first_session", request, context=context, link=RequestLink(request, "after"))


def check_in(event: Event) -> None:
    """Asks how it is; one page, one tap (CheckInAsked, whose reason is the week)."""
    request = db.session.get_one(QuoteRequest, event.request_id)
    put("check_in", request, link=RequestLink(request, f"after/{event.reason}"))


def price_kept(event: Event) -> None:
    """Asks whether the clinic kept its price; one page, one tap (PriceAsked)."""
    request, clinic = _of(event)
    put("price_kept", request, context={"clinic": named(clinic, request)}, link=RequestLink(request, "kept"))


def problem_unanswered(event: Event) -> None:
    """Says that the clinic did not answer in time, and that an operator asks it (ProblemOverdue)."""
    request, clinic = _of(event)
    context = {"clinic": named(clinic, request)}
    put("problem_unanswered", request, context=context, link=RequestLink(request, f"messages/{clinic.slug}"))


def _weeks(locale: str) -> str:
    return format_list([str(week) for week in WEEKS], locale=locale)


def _of(event: Event) -> tuple[QuoteRequest, Clinic]:
    return db.session.get_one(QuoteRequest, event.request_id), db.session.get_one(Clinic, event.clinic_id)
