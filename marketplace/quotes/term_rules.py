"""What a quote's terms must agree to, with themselves and with the day."""

from collections.abc import Iterator

from babel import Locale
from flask_babel import get_locale, gettext

from marketplace.foundation import clock
from marketplace.foundation.problems import FieldProblem
from marketplace.foundation.values.money import written
from marketplace.quotes.terms import FIELDS, VALID_DAYS, QuoteTerms

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
