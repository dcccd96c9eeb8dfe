"""What the person wants: treatment, where, when, and a budget if there is one."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from marketplace.catalogue import queries as catalogue
from marketplace.foundation.values.amount_words import sentence
from marketplace.foundation.values.amounts import AmountProblem, NotAnAmount, as_typed, read_amount
from marketplace.foundation.values.money import precision
from marketplace.quote_requests import drafts
from marketplace.web.patient import listings
from marketplace.web.patient.asking import Question
from marketplace.web.patient.fields import OneOf, OneOfMany, SomeOf
from marketplace.web.patient.wording import SCOPES, TIMINGS, TRIPS

TREATMENT = "mesotherapy"
UNSURE = "unsure"
SOON = {"month": 1, "quarter": 3}  # the earliest month is at most so many months ahead
WHOLE_BUDGET = _("Enter your budget as a whole number, like 900")
NOT_WHOLE = {AmountProblem.NOT_A_NUMBER, AmountProblem.NEGATIVE, AmountProblem.TOO_FINE}


def concerns() -> list[dict[str, Any]]:
    """What people come with, each with the procedure that is usual for it."""
    return list(catalogue.treatment(TREATMENT).concerns)


def procedure_choices() -> listings.Choices:
    """Labelled as people would say it."""
    return [*((c["procedure"], c["label"]) for c in concerns()), (UNSURE, gettext("I'm not sure"))]


class TreatmentForm(Question):
    """One procedure, by what it helps with."""

    procedure = OneOf(
        _("What would you like help with?"),
        _("Select what you would like help with"),
        choices=procedure_choices,
    )
    concern = StringField()

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """Nothing is ticked until it was answered."""
        if not quote_request.procedure_answered:
            return {}
        return {"procedure": quote_request.procedure.slug if quote_request.procedure else UNSURE}

    def store(self, quote_request: Any) -> None:
        """The concern is the one sent, or the first that leads to the procedure."""
        slug = None if self.procedure.data == UNSURE else self.procedure.data
        known = [c["slug"] for c in concerns() if c["procedure"] == slug]
        concern = self.concern.data if self.concern.data in known else next(iter(known), None)
        drafts.answer_treatment(quote_request, procedure_slug=slug, concern=concern)


class WhereForm(Question):
    """Home, and the countries to travel to."""

    home_country = OneOfMany(
        _("Which country do you live in?"), _("Select the country you live in"), choices=listings.homes
    )
    destinations = SomeOf(
        _("Where would you travel?"),
        _('Select at least one country, or "Anywhere"'),
        choices=listings.destinations,
    )

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """A country the person came from is ticked already."""
        anywhere = [listings.ANY] if quote_request.where_answered else []
        return {
            "home_country": quote_request.home_country,
            "destinations": quote_request.destinations or anywhere,
        }

    def store(self, quote_request: Any) -> None:
        """Anywhere holds every country."""
        wanted = self.destinations.data or []
        drafts.answer_where(
            quote_request,
            home_country=self.home_country.data,
            destinations=[] if listings.ANY in wanted else wanted,
        )


class WhenForm(Question):
    """Time and trips."""

    timing = OneOf(_("When could you travel?"), _("Select when you could travel"), choices=list(TIMINGS.items()))
    month_from = OneOfMany(_("Earliest month"), choices=listings.months, unlisted=_("Select a month from the list"))
    month_to = OneOfMany(_("Latest month"), choices=listings.months, unlisted=_("Select a month from the list"))
    trips = OneOf(
        _("How many trips could you make?"),
        _("Select how many trips you could make"),
        choices=list(TRIPS.items()),
    )

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """Months as YYYY-MM."""
        months = {name: getattr(quote_request, name) for name in ("month_from", "month_to")}
        return {
            "timing": quote_request.timing,
            "trips": quote_request.trips,
            **{name: f"{month:%Y-%m}" if month else "" for name, month in months.items()},
        }

    def validate_month_from(self, field: OneOfMany) -> None:
        """Not after the time that was said."""
        soon = SOON.get(self.timing.data or "")
        latest = listings.month_ahead(soon) if soon is not None else None
        if field.data and latest and field.data > latest:
            said, later = TIMINGS[str(self.timing.data)], TIMINGS["later"]
            raise ValidationError(
                gettext('You said "%(said)s". Select an earlier month, or "%(later)s" above', said=said, later=later)
            )

    def validate_month_to(self, field: OneOfMany) -> None:
        """Not before the earliest."""
        if field.data and self.month_from.data and field.data < self.month_from.data:
            raise ValidationError(gettext("The latest month must be the same as or after the earliest month"))

    def store(self, quote_request: Any) -> None:
        """The first day stands for the month."""
        drafts.answer_when(
            quote_request,
            timing=self.timing.data,
            month_from=listings.month_of(self.month_from.data),
            month_to=listings.month_of(self.month_to.data),
            trips=self.trips.data,
        )


class BudgetForm(Question):
    """Optional, and hidden from clinics unless ticked."""

    amount = StringField(_("Amount"))
    currency = OneOfMany(_("Currency"), _("Select a currency"), choices=listings.currencies)
    scope = OneOf(_("What should it cover?"), choices=list(SCOPES.items()))
    share_budget = BooleanField(_("Show it to clinics"))

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """The currency of home, until another is chosen."""
        amount, currency = quote_request.budget_amount, quote_request.budget_currency
        return {
            "amount": as_typed(amount, currency) if amount is not None else "",
            "currency": currency or listings.currency_of(quote_request.home_country),
            "scope": quote_request.budget_scope,
            "share_budget": quote_request.share_budget,
        }

    def validate_amount(self, field: StringField) -> None:
        """A whole number above nothing."""
        if not field.data:
            return
        try:
            minor = self._minor()
        except NotAnAmount as problem:
            words = str(WHOLE_BUDGET) if problem.problem in NOT_WHOLE else sentence(problem)
            raise ValidationError(words) from problem
        if minor <= 0 or minor % 10 ** precision(self._currency()):
            raise ValidationError(str(WHOLE_BUDGET))

    def _currency(self) -> str:
        listed = {code for code, _name in self.currency.choices}
        return str(self.currency.data) if self.currency.data in listed else "EUR"

    def _minor(self) -> int:
        return read_amount(self.amount.data or "", self._currency())

    def store(self, quote_request: Any) -> None:
        """Nothing typed is an answer, too."""
        drafts.answer_budget(
            quote_request,
            amount=self._minor() if self.amount.data else None,
            currency=self.currency.data,
            scope=self.scope.data,
            share=self.share_budget.data,
        )
