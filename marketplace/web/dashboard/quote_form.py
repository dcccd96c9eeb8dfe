"""The form of a quote: names are those of the interface, money in the clinic's currency."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from marketplace.foundation.problems import FieldProblem
from marketplace.foundation.values.amounts import as_typed
from marketplace.quotes.terms import LONGEST_MESSAGE, QuoteTerms
from marketplace.web.dashboard.quote_fields import (
    AmountField,
    CountField,
    DayField,
    Needed,
    PickField,
    PickSomeField,
    StatedField,
    listed,
    not_both,
    stated_choice,
)
from marketplace.web.forms.agreeing import AgreeingForm
from marketplace.web.forms.base import FlaggedWordsForm
from marketplace.words.quote import INCLUDED, PRACTITIONER_ROLES, PRICE_REASONS

SHORT = Length(max=200, message=_l("Enter 200 characters or fewer"))
AMOUNTS = ("price_per_session", "discount", "total", "deposit", "price_may_change_by")
COUNTS = ("sessions", "trips", "nights_per_trip", "session_gap_weeks")
STATED = ("product_sealed", "refund_if_refused", "taxes_included")
DATES = ("deposit_refundable_until", "earliest_date", "valid_until")
TEXTS = ("practitioner_name", "practitioner_register", "if_something_goes_wrong")
# What is folded away, and which fields stand in each fold.
GROUPS = {
    "price": (
        "procedure",
        "price_per_session",
        "price_reason",
        "discount",
        "product",
        "product_sealed",
        "taxes_included",
    ),
    "people": ("practitioner_role", "practitioner_name", "practitioner_register"),
    "trips": ("trips", "nights_per_trip", "session_gap_weeks", "keep_plan", "earliest_date"),
    "deposit": ("deposit", "deposit_refundable_until", "refund_if_refused"),
    "extras": ("included", "excluded", "price_may_change_by", "if_something_goes_wrong"),
}


class QuoteForm(AgreeingForm, FlaggedWordsForm):
    """Three numbers to look at; the rest comes filled in."""

    currency_code = "EUR"
    price_asked = False  # the price is far from the usual one: the field for the reason is shown
    plan_refused = False  # the trips cannot hold the sessions: the box to keep them is shown

    seen = HiddenField()
    currency = HiddenField()
    sessions = CountField(_l("Number of sessions"), words=_l("Enter the number of sessions"))
    total = AmountField(validators=[Needed(_l("Enter the total for all sessions"))])
    valid_until = DayField(_l("Price valid until"), validators=[Needed(_l("Enter the last day of this price"))])

    procedure = PickField(_l("Procedure"))
    price_per_session = AmountField(validators=[Needed(_l("Enter the price of one session"))])
    price_reason = PickField(
        _l("Why is this price right?"),
        choices=listed([("", _l("Select a reason")), *PRICE_REASONS.clinic.items()]),
        default="",
    )
    discount = AmountField(none_is_zero=True)
    product = StringField(
        _l("Product: brand, maker, amount per session"),
        validators=[Needed(_l("Enter the product, or “Decided after consultation”")), SHORT],
    )
    product_sealed = StatedField(_l("Is the sealed vial shown to the patient?"))
    taxes_included = StatedField(_l("Are taxes included?"))

    practitioner_role = PickField(_l("Who treats"), choices=listed(PRACTITIONER_ROLES.clinic.items()))
    practitioner_name = StringField(_l("Name"), validators=[SHORT])
    practitioner_register = StringField(_l("Register number"), validators=[SHORT])

    trips = CountField(_l("Trips needed"), words=_l("Enter the number of trips"))
    nights_per_trip = CountField(_l("Nights per trip"), words=_l("Enter the nights per trip, 0 for none"))
    keep_plan = BooleanField(_l("Keep this plan: my message to the patient says why it can be done"))
    session_gap_weeks = CountField(
        _l("Shortest gap between sessions, in weeks"),
        words=_l("Enter the gap as a number of weeks"),
        optional=True,
    )
    earliest_date = DayField(_l("Earliest date"), validators=[Optional()])

    deposit = AmountField(none_is_zero=True, validators=[Needed(_l("Enter the deposit, 0 for none"))])
    deposit_refundable_until = DayField(_l("Deposit refundable until"), validators=[Optional()])
    refund_if_refused = StatedField(_l("Refunded if the doctor refuses on the day?"))

    included = PickSomeField(_l("Included"), choices=listed(INCLUDED.clinic.items()))
    excluded = PickSomeField(_l("Not included"), choices=listed(INCLUDED.clinic.items()), validators=[not_both])
    price_may_change_by = AmountField(none_is_zero=True)
    if_something_goes_wrong = TextAreaField(
        _l("If something goes wrong: contact, review visit, insurance"),
        validators=[Length(max=600, message=_l("Enter 600 characters or fewer"))],
    )
    message = TextAreaField(
        _l("Message to the patient"),
        validators=[Length(max=LONGEST_MESSAGE, message=_l("The message must be 600 characters or fewer"))],
    )

    def validate_price_per_session(self, _field: AmountField) -> None:
        """A clinic quotes in its own currency."""
        if self.currency.data != self.currency_code:
            words = gettext("Quote in %(currency)s, the currency of your prices", currency=self.currency_code)
            raise ValidationError(words)

    def point_out(self, problems: Iterable[FieldProblem]) -> None:
        """Everything that was found, beside its field; what can be answered gets the field to answer it."""
        found = tuple(problems)
        super().point_out(found)
        reasons = {problem.reason for problem in found}
        self.plan_refused, self.price_asked = "impossible_plan" in reasons, "price_outside_range" in reasons


def quote_form(*, currency: str, procedures: list[Any], questions: tuple[str, ...], **kwargs: Any) -> QuoteForm:
    """The form for one lead: its currency, the procedures, a field for each question."""
    limit = Length(max=1500, message=_l("Enter 1,500 characters or fewer"))
    fields: dict[str, Any] = {
        f"answers-{n}": TextAreaField(question, validators=[limit]) for n, question in enumerate(questions, start=1)
    }
    labels = {
        "total": gettext("Total for all sessions, in %(currency)s", currency=currency),
        "price_per_session": gettext("Price of one session, in %(currency)s", currency=currency),
        "discount": gettext("Discount, in %(currency)s", currency=currency),
        "deposit": gettext("Deposit, in %(currency)s", currency=currency),
        "price_may_change_by": gettext(
            "Price may rise after you are examined by at most, in %(currency)s", currency=currency
        ),
    }
    form: QuoteForm = type("QuoteForm", (QuoteForm,), {**fields, "currency_code": currency})(**kwargs)
    form.procedure.choices = listed((procedure.slug, procedure.name) for procedure in procedures)
    for name, label in labels.items():
        form[name].label.text = label
    return form


def shown_values(terms: QuoteTerms, *, procedure: str, seen: int) -> dict[str, Any]:
    """Terms as the fields show them."""
    amounts = {name: _amount_text(getattr(terms, name), terms.currency) for name in AMOUNTS}
    amounts["discount"] = amounts["discount"] if terms.discount else ""
    amounts |= {name: "" for name in ("price_per_session", "total") if not getattr(terms, name)}
    counts = {name: str(v) if (v := getattr(terms, name)) is not None else "" for name in COUNTS}
    plain = {name: getattr(terms, name) for name in (*DATES, *TEXTS, "product", "practitioner_role", "message")}
    return {
        **amounts,
        **counts,
        **plain,
        **{name: stated_choice(getattr(terms, name)) for name in STATED},
        **{f"answers-{n}": text for n, text in enumerate(terms.answers, start=1)},
        "procedure": procedure,
        "currency": terms.currency,
        "included": list(terms.included),
        "excluded": list(terms.excluded),
        "seen": str(seen),
    }


def _amount_text(minor: int | None, currency: str) -> str:
    return "" if minor is None else as_typed(minor, currency)


def terms_from(form: QuoteForm, *, procedure_id: UUID, answers: int) -> QuoteTerms:
    """What a form without errors says."""
    amounts: dict[str, Any] = {name: form[name].minor(form.currency_code) for name in AMOUNTS}
    counts: dict[str, Any] = {name: form[name].number for name in COUNTS}
    stated: dict[str, Any] = {name: form[name].stated for name in STATED}
    stated |= {name: form[name].data or None for name in TEXTS}
    dates: dict[str, Any] = {name: form[name].data for name in DATES}
    return QuoteTerms(
        procedure_id=procedure_id,
        currency=form.currency_code,
        product=form.product.data or "",
        practitioner_role=form.practitioner_role.data,
        included=tuple(form.included.data or ()),
        excluded=tuple(form.excluded.data or ()),
        message=form.message.data or "",
        answers=tuple(form[f"answers-{n}"].data or "" for n in range(1, answers + 1)),
        **counts,
        **stated,
        **(amounts | {"discount": amounts["discount"] or 0} | dates),
    )


def open_groups(form: QuoteForm) -> set[str]:
    """Folds that hold an error, a price still missing or the parts of a wrong total stand open."""
    wanting = set(form.errors)
    if "total" in wanting or not form.price_per_session.data:
        wanting.add("price_per_session")
    return {group for group, names in GROUPS.items() if wanting & set(names)}
