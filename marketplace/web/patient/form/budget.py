"""The question for the budget, which may be left open."""

from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import ValidationError

from marketplace.foundation.values.amounts import AmountProblem, NotAnAmount, as_typed, read_amount, sentence
from marketplace.foundation.values.money import precision
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form import choices
from marketplace.web.patient.form.choices import OneOf, OneOfMany
from marketplace.web.patient.form.flow import Question, ask, with_draft
from marketplace.words.request import BUDGET_SCOPES

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


@blueprint.route("/get-quotes/budget", methods=["GET", "POST"])
@writes
@with_draft("budget")
def ask_budget(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for the budget and stores the answer. Raises WrongState once the request is sent."""
    return ask("budget", BudgetForm.of(quote_request), quote_request)
