"""What a quote says, and that it agrees with itself."""

from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from babel import Locale
from flask_babel import get_locale, gettext

from marketplace.catalogue.trip_plans import MAX_GAP, MAX_SESSIONS
from marketplace.foundation import clock
from marketplace.foundation.problems import FieldProblem
from marketplace.foundation.values.money import written
from marketplace.quotes.models import Quote
from marketplace.quotes.quote_plans import MAX_NIGHTS

LONGEST_MESSAGE = 600
VALID_DAYS = (7, 90)


@dataclass(frozen=True, kw_only=True)
class QuoteTerms:
    """Everything a quote says; money in minor units of `currency`, None is "not stated"."""

    procedure_id: UUID
    sessions: int
    price_per_session: int
    currency: str
    total: int
    product: str
    practitioner_role: str
    trips: int
    nights_per_trip: int
    deposit: int
    valid_until: date
    discount: int = 0
    product_sealed: bool | None = None
    practitioner_name: str | None = None
    practitioner_register: str | None = None
    session_gap_weeks: int | None = None
    deposit_refundable_until: date | None = None
    refund_if_refused: bool | None = None
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    price_may_change_by: int | None = None
    if_something_goes_wrong: str | None = None
    taxes_included: bool | None = None
    earliest_date: date | None = None
    message: str = ""
    answers: tuple[str, ...] = ()


STORED = tuple(field.name for field in fields(QuoteTerms) if field.name not in {"message", "answers"})


def disagreements(terms: QuoteTerms) -> list[FieldProblem]:
    """Every rule that the terms break, each with its field: none is left for the next try."""
    broken = [rule for rule in (*_ranges(terms), *_amounts(terms), *_days(terms)) if rule[1]]
    return [FieldProblem("total_disagrees" if at == "total" else at, words, at) for at, _is_broken, words in broken]


Rule = tuple[str, bool, str]


def _ranges(terms: QuoteTerms) -> list[Rule]:
    gap = terms.session_gap_weeks
    return [
        ("sessions", not 1 <= terms.sessions <= MAX_SESSIONS, gettext("Sessions must be between 1 and 12")),
        ("trips", not 1 <= terms.trips <= MAX_SESSIONS, gettext("Trips must be between 1 and 12")),
        ("nights_per_trip", not 0 <= terms.nights_per_trip <= MAX_NIGHTS, gettext("Nights must be between 0 and 60")),
        (
            "session_gap_weeks",
            gap is not None and not 1 <= gap <= MAX_GAP,
            gettext("The gap must be between 1 and 12 weeks, or not stated"),
        ),
        ("message", len(terms.message) > LONGEST_MESSAGE, gettext("The message must be 600 characters or fewer")),
    ]


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
            gettext("The quote must be open for 7 to 90 days"),
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


def terms_of(quote: Quote) -> QuoteTerms:
    """What a stored quote says."""
    box = quote.lead.request.box
    values = {name: getattr(quote, name) for name in STORED}
    values |= {name: tuple(values[name]) for name in ("included", "excluded")}
    message = box.open("quote.message_sealed", quote.message_sealed, row=quote.id) if quote.message_sealed else ""
    answers = (
        tuple(box.open("quote.answers_sealed", quote.answers_sealed, row=quote.id)) if quote.answers_sealed else ()
    )
    return QuoteTerms(**values, message=message, answers=answers)
