"""The questions about home country, where, when and in how many trips, and the budget, which may be left open."""

from typing import Self

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from marketplace.foundation.values.amounts import AmountProblem, NotAnAmount, as_typed, read_amount, sentence
from marketplace.foundation.values.money import precision
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.forms import visit_home
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form import choices
from marketplace.web.patient.form.choices import ANY, OneOf, OneOfMany, SomeOf
from marketplace.web.patient.form.flow import Question, ask, with_draft
from marketplace.words.request import BUDGET_SCOPES, TIMINGS

NOT_KNOWN = "unknown"
SOON = {"month": 1, "quarter": 3}  # the earliest month is at most so many months ahead


class WhereForm(Question):
    """The home country, and the countries to travel to; `suggested_by` is who named the home before the person did."""

    step = "where"
    home_country = OneOfMany(
        _l("Which country do you live in?"), _l("Select the country you live in"), choices=choices.homes
    )
    destinations = SomeOf(
        _l("Where would you travel?"),
        _l('Select at least one country, or "Anywhere"'),
    )

    suggested_by: str | None = None  # "pages" or "browser"

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form with the countries where the request's treatment has prices or clinics."""
        form = super().of(quote_request)
        form.destinations.choices = choices.destinations(quote_request.treatment)
        if not form.is_submitted() and not quote_request.home_country:
            from_browser = "browser" if choices.browsers_home() else None
            form.suggested_by = "pages" if visit_home.chosen_home() else from_browser
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored countries; at first the home that pages or the browser know, and the place come from."""
        anywhere = [choices.ANY] if quote_request.where_answered else []
        return {
            "home_country": quote_request.home_country or visit_home.chosen_home() or choices.browsers_home(),
            "destinations": quote_request.destinations or anywhere,
        }

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the countries; with "Anywhere" ticked, no single country is stored."""
        wanted = self.destinations.data or []
        drafts.answer_where(
            quote_request,
            home_country=self.home_country.data,
            destinations=[] if choices.ANY in wanted else wanted,
        )
        visit_home.keep_home(self.home_country.data or "")


WHOLE_BUDGET = _l("Enter your budget as a whole number, like 900")
NOT_WHOLE = {AmountProblem.NOT_A_NUMBER, AmountProblem.NEGATIVE, AmountProblem.TOO_FINE}


class BudgetForm(Question):
    """The budget: optional, and hidden from clinics unless the patient ticks the box."""

    step = "budget"
    amount = StringField(_l("Amount"))
    currency = OneOfMany(_l("Currency"), _l("Select a currency"), choices=choices.currency_choices)
    scope = OneOf(_l("What should it cover?"), choices=list(BUDGET_SCOPES.form.items()))
    share_budget = BooleanField(_l("Show it to clinics"))

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored answer; the currency is that of the home country until another was chosen."""
        amount, currency = quote_request.budget_amount, quote_request.budget_currency
        return {
            "amount": as_typed(amount, currency) if amount is not None and currency else "",
            "currency": currency or choices.currency_of_home(quote_request.home_country),
            "scope": quote_request.budget_scope,
            "share_budget": quote_request.share_budget,
        }

    @property
    def has_budget(self) -> bool:
        """Returns whether there is a budget to show, or one to mend."""
        fields = (self.amount, self.currency, self.scope)
        return bool(self.amount.data) or any(field.errors for field in fields)

    def validate_amount(self, field: StringField) -> None:
        """Checks that the amount is a whole number above 0. Raises ValidationError."""
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
        listed = {choice[0] for choice in self.currency.choices or ()}
        return str(self.currency.data) if self.currency.data in listed else "EUR"

    def _minor(self) -> int:
        return read_amount(self.amount.data or "", self._currency())

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the budget; an empty amount counts as an answer, too."""
        drafts.answer_budget(
            quote_request,
            amount=self._minor() if self.amount.data else None,
            currency=self.currency.data,
            scope=self.scope.data,
            share=self.share_budget.data,
        )


class WhenForm(BudgetForm):
    """The months of travel, the number of trips, and below them the budget."""

    step = "when"
    timing = OneOf(_l("When could you travel?"), _l("Select when you could travel"), choices=list(TIMINGS.form.items()))
    month_from = OneOfMany(_l("Earliest month"), choices=choices.months, unlisted=_l("Select a month from the list"))
    month_to = OneOfMany(_l("Latest month"), choices=choices.months, unlisted=_l("Select a month from the list"))

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form with the months that are later, as only "Later" asks for them, and those given.

        Where the budget was not sent along, the stored one stays.
        """
        form = super().of(quote_request)
        later = choices.month_ahead(max(SOON.values()))
        for field in (form.month_from, form.month_to):
            field.choices = [each for each in choices.months() if each[0] in ("", field.data) or each[0] >= later]
        if form.is_submitted() and form.amount.name not in request.form and form.currency.name not in request.form:
            for name, value in BudgetForm.answered(quote_request).items():
                form[name].data = value
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored answers, months as YYYY-MM; until there is one, "I don't know" is selected."""
        months = {name: getattr(quote_request, name) for name in ("month_from", "month_to")}
        return {
            **super().answered(quote_request),
            "timing": quote_request.timing or NOT_KNOWN,
            **{name: f"{month:%Y-%m}" if month else "" for name, month in months.items()},
        }

    def validate_month_from(self, field: OneOfMany) -> None:
        """Checks that the first month is not after the timing that was chosen. Raises ValidationError."""
        soon = SOON.get(self.timing.data or "")
        latest = choices.month_ahead(soon) if soon is not None else None
        if field.data and latest and field.data > latest:
            said, later = TIMINGS.form[str(self.timing.data)], TIMINGS.form["later"]
            raise ValidationError(
                _('You said "%(said)s". Select an earlier month, or "%(later)s" above', said=said, later=later)
            )

    def validate_month_to(self, field: OneOfMany) -> None:
        """Checks that the last month is not before the first. Raises ValidationError."""
        if field.data and self.month_from.data and field.data < self.month_from.data:
            raise ValidationError(_("The latest month must be the same as or after the earliest month"))

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the answers; a month is stored as its first day. Raises Refused."""
        drafts.answer_when(
            quote_request,
            timing=self.timing.data,
            month_from=choices.month_of(self.month_from.data),
            month_to=choices.month_of(self.month_to.data),
        )
        super().store(quote_request)


@blueprint.route("/get-quotes/where", methods=["GET", "POST"])
@writes
@with_draft("where")
def ask_where(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for home country and destinations. Raises WrongState once the request is sent."""
    return ask("where", WhereForm.of(quote_request), quote_request, anywhere=ANY)


@blueprint.route("/get-quotes/when", methods=["GET", "POST"])
@writes
@with_draft("when")
def ask_when(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for the time of travel and the number of trips. Raises WrongState once the request is sent."""
    return ask("when", WhenForm.of(quote_request), quote_request)


@blueprint.route("/get-quotes/budget", methods=["GET", "POST"])
@writes
@with_draft("budget")
def ask_budget(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for the budget and stores the answer. Raises WrongState once the request is sent."""
    return ask("budget", BudgetForm.of(quote_request), quote_request)
