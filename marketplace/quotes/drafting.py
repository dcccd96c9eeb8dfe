"""Stores a quote that a clinic has written, if its terms agree; it waits a few minutes before it counts."""

from collections.abc import Iterator
from datetime import timedelta

from babel import Locale
from flask import current_app
from flask_babel import get_locale, gettext
from sqlalchemy import func, select

from marketplace.catalogue.models import Procedure
from marketplace.catalogue.trip_plans import Checked, refused_text
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.problems import Disagreements, FieldProblem, WrongState
from marketplace.foundation.values.money import written
from marketplace.leads.clocks import must_go_on
from marketplace.leads.events import ids
from marketplace.leads.models import LEAD, Lead
from marketplace.leads.states import LEAD_REFUSALS, QUOTABLE
from marketplace.quote_requests.models import REQUEST
from marketplace.quote_requests.states import REQUEST_REFUSALS, TAKES_QUOTES
from marketplace.quotes.events import QuoteHeld
from marketplace.quotes.flags import Confirmed, flags_of, put_before_operator, unconfirmed
from marketplace.quotes.models import Quote
from marketplace.quotes.pending import pending_quote
from marketplace.quotes.quote_plans import MAX_NIGHTS, checked
from marketplace.quotes.states import QuoteState
from marketplace.quotes.terms import FIELDS, STORED, VALID_DAYS, QuoteTerms
from marketplace.reviews import actions as reviews
from marketplace.reviews.models import ReviewKind

RELEASE_GRACE = timedelta(minutes=5)  # after its time, however busy the worker is


NOTHING_CONFIRMED = Confirmed()


PLANNED = ("sessions", "session_gap_weeks", "trips", "nights_per_trip")  # what the plan is counted from


def submit_quote(
    lead: Lead,
    terms: QuoteTerms,
    *,
    keep_plan: bool = False,
    confirmed: Confirmed = NOTHING_CONFIRMED,
    goes_on: bool = False,
) -> Quote:
    """Stores the quote as pending for UNDO_SECONDS; an earlier sent one stays until this one is released.

    A plan that cannot be done is kept only with `keep_plan` and a message that says why; a price far from the usual
    one, contact details and pressure only as `confirmed`. An operator looks at all of them. `goes_on`: this transaction
    asked `must_go_on` already.
    Raises Disagreements for all that is wrong with the terms, WrongState when the lead or the request takes no quote.
    """
    broken = disagreements(terms)
    if not goes_on:
        must_go_on(lead)
    if any(
        problem.field in PLANNED and not FIELDS[problem.field].allows(getattr(terms, problem.field))
        for problem in broken
    ):
        raise Disagreements(broken)  # a plan of numbers outside their bounds says nothing
    plan, flags = _plan(lead, terms), flags_of(lead, terms)
    if problems := [*broken, *_plan_problems(plan, terms, keep=keep_plan), *unconfirmed(flags, confirmed)]:
        raise Disagreements(problems)
    _lock_for_quote(lead)
    quote = _store(lead, terms)
    # The clinic has answered in time: the minutes in which it may still cancel are not its silence.
    lead.due_at = max(lead.due_at, quote.held_until + RELEASE_GRACE) if quote.held_until else lead.due_at
    if not plan.can_be_done:
        _put_plan_before_operator(quote, plan)
    put_before_operator(quote, flags, confirmed)
    record(QuoteHeld(**ids(lead), quote_id=quote.id))
    return quote


def _lock_for_quote(lead: Lead) -> None:
    """Locks the request and the lead. Raises WrongState where they take no quote, or one waits already."""
    REQUEST.lock(lead.request)
    LEAD.lock(lead)
    if lead.request.state not in TAKES_QUOTES:
        raise WrongState(REQUEST_REFUSALS[lead.request.state])
    if lead.state not in QUOTABLE:
        raise WrongState(LEAD_REFUSALS[lead.state])
    if pending_quote(lead) is not None:
        raise WrongState("quote_held_already", gettext("A colleague has just answered this request"))


def _plan(lead: Lead, terms: QuoteTerms) -> Checked:
    procedure = db.session.get_one(Procedure, terms.procedure_id)
    return checked(terms, procedure, request=lead.request, country=lead.clinic.country)


def _plan_problems(plan: Checked, terms: QuoteTerms, *, keep: bool) -> list[FieldProblem]:
    if plan.can_be_done:
        return []
    if not keep:
        return [FieldProblem("impossible_plan", refused_text(plan, max_nights=MAX_NIGHTS), "nights_per_trip")]
    words = gettext("Say in the message why this plan can be done")
    return [] if terms.message else [FieldProblem("plan_unexplained", words, "message")]


def _put_plan_before_operator(quote: Quote, plan: Checked) -> None:
    stated = plan.stated
    figures: dict[str, str | int] = {"sessions": stated.sessions, "weeks": stated.gap, "trips": stated.trips}
    figures |= {"nights": stated.nights, "nights_needed": stated.nights_needed}
    ids_of = {"clinic_id": quote.lead.clinic_id, "request_id": quote.request_id}
    reviews.open_item(ReviewKind.IMPOSSIBLE_PLAN, subject_id=quote.id, detail=figures, **ids_of)


def _store(lead: Lead, terms: QuoteTerms) -> Quote:
    quote_id, now = uuid7(), clock.now()
    box = lead.request.box
    versions = select(func.count()).select_from(Quote).where(Quote.lead_id == lead.id)
    quote = Quote(
        id=quote_id,
        lead_id=lead.id,
        request_id=lead.request_id,
        number=_next_number(lead),
        version=(db.session.scalar(versions) or 0) + 1,
        state=QuoteState.HELD,
        held_at=now,
        held_until=now + timedelta(seconds=int(current_app.config["UNDO_SECONDS"])),
        message_sealed=box.seal("quote.message_sealed", terms.message, row=quote_id) if terms.message else None,
        answers_sealed=box.seal("quote.answers_sealed", list(terms.answers), row=quote_id)
        if any(terms.answers)
        else None,
        **{name: list(value) if isinstance(value := getattr(terms, name), tuple) else value for name in STORED},
    )
    db.session.add(quote)
    db.session.flush()
    return quote


def _next_number(lead: Lead) -> int:
    """Quotes of one request are counted together, also those of clinics this one cannot see."""
    last = select(func.max(Quote.number)).where(Quote.request_id == lead.request_id)
    with as_system():
        return (db.session.scalar(last) or 0) + 1


Rule = tuple[str, bool, str]  # field, whether it is broken, the words


def disagreements(terms: QuoteTerms) -> list[FieldProblem]:
    """Returns every rule that the terms break, each with its field: none is left for the next try."""
    broken = [rule for rule in (*_bounds(terms), *_amounts(terms), *_days(terms)) if rule[1]]
    return [FieldProblem("total_disagrees" if at == "total" else at, words, at) for at, _is_broken, words in broken]


def _bounds(terms: QuoteTerms) -> Iterator[Rule]:
    for name, about in FIELDS.items():
        yield name, not about.allows(getattr(terms, name)), str(about.outside)


def _amounts(terms: QuoteTerms) -> list[Rule]:
    rise = terms.price_may_change_by or 0
    return [
        ("price_per_session", terms.price_per_session <= 0, gettext("Enter the price of one session")),
        ("discount", terms.discount < 0, gettext("The discount must not be negative")),
        ("total", terms.total < 0 or terms.total != course(terms), total_disagrees(terms)),
        ("deposit", not 0 <= terms.deposit <= terms.total, gettext("The deposit must not be more than the total")),
        (
            "price_may_change_by",
            not 0 <= rise <= terms.total,
            gettext("The price must not rise by more than the total"),
        ),
    ]


def _days(terms: QuoteTerms) -> list[Rule]:
    today = clock.today()
    refundable, earliest = terms.deposit_refundable_until, terms.earliest_date
    return [
        (
            "valid_until",
            not VALID_DAYS[0] <= (terms.valid_until - today).days <= VALID_DAYS[1],
            gettext("The quote must be open for %(first)s to %(last)s days", first=VALID_DAYS[0], last=VALID_DAYS[1]),
        ),
        (
            "deposit_refundable_until",
            refundable is not None and refundable < today,
            gettext("The day until which the deposit is refundable must not be in the past"),
        ),
        (
            "earliest_date",
            earliest is not None and earliest < today,
            gettext("The earliest date must not be in the past"),
        ),
    ]


def course(terms: QuoteTerms) -> int:
    """Sessions times price, less the stated discount."""
    return terms.sessions * terms.price_per_session - terms.discount


def total_disagrees(terms: QuoteTerms) -> str:
    """Says the sum that the other fields make."""
    made = f"{terms.sessions} × {_money(terms.price_per_session, terms.currency)}"
    if terms.discount:
        made += f" − {_money(terms.discount, terms.currency)}"
    return gettext(
        "Total must be %(total)s (%(sum)s). Change the total or add a discount",
        total=_money(max(course(terms), 0), terms.currency),
        sum=made,
    )


def _money(minor: int, currency: str) -> str:
    return written(minor, currency, locale=get_locale() or Locale("en"))
