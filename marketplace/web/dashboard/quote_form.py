"""The form of a quote, built from the fields' descriptions; its field names are a published interface."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, TextAreaField
from wtforms.validators import Length, ValidationError

from marketplace.catalogue.models import Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.trip_plans import trips_of_patient_text
from marketplace.foundation.problems import FieldProblem
from marketplace.quotes.fields import Kind, QuoteField, QuoteValue
from marketplace.quotes.terms import FIELDS, QuoteTerms
from marketplace.web.dashboard.quote_fields import (
    MAKE,
    AmountField,
    PickField,
    PickSomeField,
    listed,
    shown_in,
    value_in,
)
from marketplace.web.forms.agreeing import AgreeingForm
from marketplace.web.forms.base import FlaggedWordsForm
from marketplace.words.lead import PRICE_REASONS

# The parts of the form in their order; without a title: always open.
PARTS: dict[str, LazyString | None] = {
    "course": None,
    "price": _l("Treatment, price and product"),
    "people": _l("Who treats"),
    "trips": _l("Trips and dates"),
    "deposit": _l("Deposit"),
    "extras": _l("What is included, and what if plans change"),
    "message": None,
}
MAX_ANSWER = 1500  # characters, to one of the patient's questions
ASKED_FOR = {about.form_name: about for about in FIELDS.values() if about.kind != Kind.OWN}
# The answers to a problem that was pointed out at a field; asked for beside it, only then.
SAID_TO = {"price_per_session": "price_reason", "nights_per_trip": "keep_plan"}


class QuoteForm(AgreeingForm, FlaggedWordsForm):
    """The quote form. A clinic usually checks three figures; the rest is prefilled. `quote_form` adds the fields."""

    currency_code = "EUR"
    price_asked = False  # the price is far from the usual one: the field for the reason is shown
    plan_refused = False  # the trips cannot hold the sessions: the box to keep them is shown

    seen = HiddenField()
    currency = HiddenField()
    total: AmountField
    price_per_session: AmountField
    price_reason: PickField
    procedure: PickField
    product: Field
    product_sealed: Field
    included: PickSomeField
    keep_plan: BooleanField

    def validate_price_per_session(self, _field: AmountField) -> None:
        """Checks that no other currency is typed than the clinic's. Raises ValidationError."""
        if self.currency.data != self.currency_code:
            words = gettext("Quote in %(currency)s, the currency of your prices", currency=self.currency_code)
            raise ValidationError(words)

    def validate_excluded(self, field: PickSomeField) -> None:
        """Checks that nothing is both included and excluded. Raises ValidationError."""
        if set(field.data or ()) & set(self.included.data or ()):
            raise ValidationError(gettext("You ticked the same thing as included and as not included: choose one"))

    def point_out(self, problems: Iterable[FieldProblem]) -> None:
        """Shows each problem beside its field; adds the field that answers it where there is one."""
        found = tuple(problems)
        super().point_out(found)
        reasons = {problem.reason for problem in found}
        self.plan_refused, self.price_asked = "impossible_plan" in reasons, "price_outside_range" in reasons

    def is_shown(self, name: str) -> bool:
        """Returns whether the form asks for this field now."""
        only_then = {"price_reason": self.price_asked, "keep_plan": self.plan_refused}
        return only_then.get(name, True) or bool(self[name].data)


def _names(part: str) -> Iterator[str]:
    for name, about in ASKED_FOR.items():
        if about.group.part == part:
            yield name
            if name in SAID_TO:
                yield SAID_TO[name]


def _said_to(name: str) -> Field:
    if name == "keep_plan":
        return BooleanField(_l("Keep this plan: my message to the patient says why it can be done"))
    reasons = listed([("", _l("Select a reason")), *PRICE_REASONS.clinic.items()])
    return PickField(_l("Why is this price right?"), choices=reasons, default="")


for _name in (name for part in PARTS for name in _names(part)):  # WTForms keeps the order in which they are made
    setattr(QuoteForm, _name, MAKE[ASKED_FOR[_name].kind](ASKED_FOR[_name]) if _name in ASKED_FOR else _said_to(_name))


def quote_form(
    *,
    currency: str,
    treatment: Treatment,
    questions: tuple[str, ...],
    values: Mapping[str, object] | None = None,
) -> QuoteForm:
    """Returns the form for one lead: its currency, its procedures and a field for each of its questions.

    It shows `values`; without any it holds what was sent.
    """
    limit = Length(max=MAX_ANSWER, message=_l("Enter %(n)s characters or fewer", n=f"{MAX_ANSWER:,}"))
    fields: dict[str, object] = {
        f"answers-{n}": TextAreaField(question, validators=[limit]) for n, question in enumerate(questions, start=1)
    }
    given = {} if values is None else {"formdata": None, "data": values}
    form: QuoteForm = type("QuoteForm", (QuoteForm,), {**fields, "currency_code": currency})(**given)
    form.procedure.choices = listed((procedure.slug, procedure.name) for procedure in treatment.procedures)
    words = particulars_of(treatment)
    form["product"].label.text, form["product_sealed"].label.text = words.product_label, words.product_sealed_label
    for name, about in ASKED_FOR.items():
        if about.kind == Kind.AMOUNT:
            form[name].label.text = str(about.label) % {"currency": currency}
    return form


def shown_values(terms: QuoteTerms, *, procedure: str, seen: int) -> dict[str, QuoteValue | list[str]]:
    """Returns the terms as the fields show them."""
    described = {name: shown_in(about, getattr(terms, about.name), terms.currency) for name, about in ASKED_FOR.items()}
    answers = {f"answers-{n}": text for n, text in enumerate(terms.answers, start=1)}
    return {**described, **answers, "procedure": procedure, "currency": terms.currency, "seen": str(seen)}


def terms_from(form: QuoteForm, *, procedure_id: UUID, answers: int) -> QuoteTerms:
    """Returns the terms of a form without errors."""
    values: dict[str, Any] = {
        about.name: value_in(form[name], about, form.currency_code) for name, about in ASKED_FOR.items()
    }
    values |= {"procedure_id": procedure_id, "currency": form.currency_code}
    return QuoteTerms(**values, answers=tuple(form[f"answers-{n}"].data or "" for n in range(1, answers + 1)))


@dataclass(frozen=True)
class Asked:
    """A field in a part of the form. Without a description it is an answer to a problem that was pointed out."""

    field: Field
    about: QuoteField | None
    hint: str | None


@dataclass(frozen=True)
class Part:
    """A part of the form; one that can be folded has a title."""

    title: str | None
    is_open: bool
    asked: list[Asked]


def parts(form: QuoteForm, *, max_trips: int | None) -> dict[str, Part]:
    """Returns the parts of the form in their order.

    A part is open where it has an error, lacks its price or belongs to a total that does not add up.
    """
    wanting = set(form.errors)
    if "total" in wanting or not form.price_per_session.data:
        wanting.add("price_per_session")
    hints = {"trips": trips_of_patient_text(max_trips)} if max_trips else {}
    return {
        part: Part(
            str(title) if title else None,
            bool(wanting & set(_names(part))),
            [_asked(form, name, hints) for name in _names(part) if form.is_shown(name)],
        )
        for part, title in PARTS.items()
    }


def _asked(form: QuoteForm, name: str, hints: Mapping[str, str]) -> Asked:
    about = ASKED_FOR.get(name)
    hint = about.hint if about else None
    return Asked(form[name], about, hints.get(name) or (str(hint) if hint else None))
