"""Words for why a text is not an amount, that say what to write instead."""

from decimal import Decimal

from flask_babel import gettext as _

from marketplace.foundation.values.amounts import AmountProblem, NotAnAmount
from marketplace.foundation.values.money import precision


def in_words(problem: NotAnAmount, *, example: str = "480") -> str:
    """The reason in lower case, to stand after the name of a field."""
    code, currency = problem.problem, problem.currency
    if code == AmountProblem.AMBIGUOUS:
        return _two_readings(problem)
    if code == AmountProblem.TOO_FINE and not precision(currency):
        return _("write a whole number, %(currency)s has no smaller unit", currency=currency)
    words = {
        AmountProblem.TOO_FINE: _(
            "write at most %(n)s digits after the point, %(currency)s has no more",
            n=precision(currency),
            currency=currency,
        ),
        AmountProblem.TOO_LARGE: _("write a smaller amount"),
        AmountProblem.NEGATIVE: _("write the amount without a minus sign"),
        AmountProblem.PERCENT: _("write an amount in %(currency)s, not a percentage", currency=currency),
        AmountProblem.OTHER_CURRENCY: _(
            "write an amount in %(currency)s, not in %(other)s", currency=currency, other=problem.shown
        ),
    }
    return words.get(code) or _("enter a number, like %(example)s", example=example)


def sentence(problem: NotAnAmount, *, example: str = "480") -> str:
    """The reason as a sentence of its own."""
    words = in_words(problem, example=example)
    return words[:1].upper() + words[1:]


def _two_readings(problem: NotAnAmount) -> str:
    larger, smaller = problem.readings[0], problem.readings[-1]
    return _(
        "%(text)s could be %(larger)s or %(smaller)s: write %(plain)s or %(divided)s",
        text=problem.shown,
        larger=f"{int(larger):,}",
        smaller=_divided(smaller, grouped=","),
        plain=int(larger),
        divided=_divided(smaller, grouped=""),
    )


def _divided(value: Decimal, *, grouped: str) -> str:
    """The smaller reading so that it reads back as itself: two digits after the point, or four, never three."""
    if value == value.to_integral_value() and value >= 1000:
        return f"{int(value):{grouped}}"
    fine = value != round(value, 2)
    return f"{value:{grouped}.4f}" if fine else f"{value:{grouped}.2f}"
