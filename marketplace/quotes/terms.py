"""What a quote says, and that it agrees with itself."""

import re
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from babel import Locale
from flask_babel import get_locale, gettext

from marketplace.catalogue.plans import MAX_GAP, MAX_SESSIONS
from marketplace.foundation import clock
from marketplace.foundation.money import written
from marketplace.foundation.problems import Refused
from marketplace.quotes.course_plans import MAX_NIGHTS
from marketplace.quotes.models import Quote

LONGEST_MESSAGE = 600
VALID_DAYS = (7, 90)
BANNED = re.compile(r"guaranteed?|100 ?%|painless|\bbest\b(?! (?:regards|wishes))|younger|up to \d+ ?%", re.IGNORECASE)


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


def check(terms: QuoteTerms) -> None:
    """Terms that agree with themselves. Raises Refused with the field to mend."""
    today = clock.today()
    rules = (
        ("sessions", not 1 <= terms.sessions <= MAX_SESSIONS, gettext("Sessions must be between 1 and 12")),
        ("trips", not 1 <= terms.trips <= MAX_SESSIONS, gettext("Trips must be between 1 and 12")),
        (
            "nights_per_trip",
            not 0 <= terms.nights_per_trip <= MAX_NIGHTS,
            gettext("Nights must be between 0 and 60"),
        ),
        (
            "session_gap_weeks",
            terms.session_gap_weeks is not None and not 1 <= terms.session_gap_weeks <= MAX_GAP,
            gettext("The gap must be between 1 and 12 weeks, or not stated"),
        ),
        ("price_per_session", terms.price_per_session <= 0, gettext("Enter the price of one session")),
        ("discount", terms.discount < 0, gettext("The discount must not be negative")),
        ("total", terms.total != course(terms), total_disagrees(terms)),
        (
            "deposit",
            not 0 <= terms.deposit <= terms.total,
            gettext("The deposit must not be more than the total"),
        ),
        (
            "valid_until",
            not VALID_DAYS[0] <= (terms.valid_until - today).days <= VALID_DAYS[1],
            gettext("The quote must be open for 7 to 90 days"),
        ),
        (
            "message",
            len(terms.message) > LONGEST_MESSAGE,
            gettext("The message must be 600 characters or fewer"),
        ),
    )
    for name, broken, words in rules:
        if broken:
            raise Refused(f"{name}_disagrees" if name == "total" else name, words, field=name)
    _check_claims(terms)


def _check_claims(terms: QuoteTerms) -> None:
    for name, text in (
        ("message", terms.message),
        ("if_something_goes_wrong", terms.if_something_goes_wrong or ""),
        ("product", terms.product),
        *((f"answers-{n}", text) for n, text in enumerate(terms.answers, start=1)),
    ):
        if found := BANNED.search(text):
            words = gettext("Take out “%(claim)s”: a quote may not promise it", claim=found.group())
            raise Refused("banned_claim", words, field=name)


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
