"""Reads amounts of money: from what a person typed, or a file holds, to minor units of a currency, or a refusal.

One convention at a time is tried (which character groups thousands, which one divides), and what more than one reading
could mean is refused with its readings. It never guesses or rounds.
"""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from flask_babel import gettext as _

from marketplace.foundation.values.money import (
    MAX_MINOR_UNITS,
    foreign_sign,
    minor_units,
    own_signs,
    precision,
    whole_units,
)

MAX_LENGTH = 60
GROUPS, POINTS = (" ", "'", ".", ","), (".", ",", "٫")
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0xFFE1: "£", 0xFFE5: "¥", 0xFFE6: "₩"}
_ALIKE = _FULL_WIDTH | dict.fromkeys(map(ord, "’‘ʼ´`٬"), "'") | dict.fromkeys(map(ord, "−‐‑–—"), "-")
_NO_CENTS = re.compile(r"(?:[.,]\s?-{1,2}|/-)$")  # 900,- and 500/-


class Source(StrEnum):
    """Who wrote it: a person in their own way, or a file whose amounts are whole units with a point."""

    PERSON = "person"
    FILE = "file"


class AmountProblem(StrEnum):
    """Why a text is not taken as an amount."""

    NOT_A_NUMBER = "not_a_number"
    AMBIGUOUS = "ambiguous"
    TOO_FINE = "too_fine"
    TOO_LARGE = "too_large"
    NEGATIVE = "negative"
    PERCENT = "percent"
    OTHER_CURRENCY = "other_currency"


class NotAnAmount(ValueError):
    """The text is not one amount of this currency; `readings` are what it could mean."""

    def __init__(
        self, problem: AmountProblem, *, currency: str, readings: tuple[Decimal, ...] = (), shown: str = ""
    ) -> None:
        super().__init__(problem)
        self.problem, self.currency, self.readings, self.shown = problem, currency, readings, shown


def read_amount(text: str, currency: str, *, source: Source = Source.PERSON) -> int:
    """Minor units of a text: 1,200 · 1.200,50 · 1 200 · ١٬٢٠٠ · 480 € · 900,- for a person. Raises NotAnAmount."""
    number = _plain(text)[: MAX_LENGTH + 1]
    if source == Source.PERSON:
        number = _without_signs(number, currency)
    found = dict(_readings(number)) if len(number) <= MAX_LENGTH else {}
    if source == Source.FILE and not re.fullmatch(r"\d+(\.\d+)?", number):
        found = {}
    if not found:
        raise NotAnAmount(_problem(number, currency), currency=currency, shown=foreign_sign(number, currency))
    return _minor(_only(found, number, currency, source=source), currency)


def as_typed(minor: int, currency: str) -> str:
    """An amount as it stands in a field, so that it reads back as itself: 480, 480.50."""
    whole = whole_units(minor, currency)
    if whole == int(whole):
        return str(int(whole))
    text = f"{whole:f}"
    return text + "0" if precision(currency) == 3 else text  # three places alone could be thousands


def _plain(text: str) -> str:
    """ASCII digits, one kind of space and apostrophe, nothing invisible."""
    kept = (_character(c) for c in text.translate(_ALIKE) if unicodedata.category(c) != "Cf")
    return " ".join("".join(kept).split())


def _character(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return character if digit is None else str(digit)


def _without_signs(text: str, currency: str) -> str:
    """Without the currency's own sign, code or name on either side, and without `,-` for no cents."""
    for sign in own_signs(currency):
        if text.casefold().startswith(sign):
            text = text[len(sign) :].strip()
            break
    text = _NO_CENTS.sub("", text).strip()
    for sign in own_signs(currency):
        if text.casefold().endswith(sign):
            text = text[: -len(sign)].strip()
            break
    return _NO_CENTS.sub("", text).strip()


def _readings(text: str) -> Iterator[tuple[Decimal, int]]:
    """Each value the text can have, with the digits after its point."""
    for point in POINTS:
        whole, divided, fraction = text.rpartition(point)
        if not divided:
            whole, fraction = text, ""
        if (divided and not fraction) or not re.fullmatch(r"[0-9]*", fraction):
            continue
        digits = _ungrouped(whole, point=point) if whole else "0" if divided else None
        if digits is not None:
            yield Decimal(f"{digits}.{fraction or 0}"), len(fraction)


def _ungrouped(whole: str, *, point: str) -> str | None:
    """The digits of one grouping: by threes with one character, or as in India; a first group of 0 groups nothing."""
    if re.fullmatch(r"[0-9]+", whole):
        return whole
    for group in GROUPS:
        by_three, by_two = rf"[1-9]\d{{0,2}}([{group}]\d{{3}})+", r"[1-9]\d?(,\d{2})+,\d{3}"
        if group != point and re.fullmatch(f"{by_three}|{by_two}" if group == "," else by_three, whole):
            return whole.replace(group, "")
    return None


def _only(found: dict[Decimal, int], text: str, currency: str, *, source: Source) -> Decimal:
    """The one reading there is. For a person three digits after a point are thousands, where cents have two."""
    candidates = list(found)
    if source == Source.PERSON and precision(currency) < 3:
        candidates = [value for value, after in found.items() if after != 3]
    if len(candidates) == 1:
        return candidates[0]
    for value in found:
        _minor(value, currency)  # what no amount of the currency can be is said as such
    joined = Decimal("".join(re.findall(r"\d", text)))
    readings = tuple(sorted({*found, joined}, reverse=True))
    raise NotAnAmount(AmountProblem.AMBIGUOUS, currency=currency, readings=readings, shown=text)


def _minor(value: Decimal, currency: str) -> int:
    minor = value.scaleb(precision(currency))
    if minor != int(minor):
        raise NotAnAmount(AmountProblem.TOO_FINE, currency=currency)
    if minor > MAX_MINOR_UNITS:
        raise NotAnAmount(AmountProblem.TOO_LARGE, currency=currency)
    return minor_units(value, currency)


def _problem(text: str, currency: str) -> AmountProblem:
    if "%" in text or "٪" in text:
        return AmountProblem.PERCENT
    if foreign_sign(text, currency):
        return AmountProblem.OTHER_CURRENCY
    return AmountProblem.NEGATIVE if re.match(r"-\s?\W{0,3}\d", text) else AmountProblem.NOT_A_NUMBER


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
