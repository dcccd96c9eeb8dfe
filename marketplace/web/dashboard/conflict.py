"""The page of a conflict: when two members answer one request, the second sees who answered first, with what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.clinics.team import members
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security.idempotency import FormChanged
from marketplace.leads.queries import last_answer
from marketplace.leads.visibility import answers_visible_to
from marketplace.quotes.fields import QuoteValue
from marketplace.quotes.queries import standing_for_lead
from marketplace.quotes.terms import terms_of
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.current_lead import current_clinic, current_lead
from marketplace.web.dashboard.leads import form_of
from marketplace.web.dashboard.quote_form import shown_values
from marketplace.web.filters import money_text
from marketplace.web.http import errors
from marketplace.words.lead import LEAD_DECLINES

if TYPE_CHECKING:
    from marketplace.foundation.audit.log import AuditEntry
    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote

TITLES: dict[str, Callable[[str, str], str]] = {
    "QuoteHeld": lambda who, amount: _("%(who)s sent a quote of %(amount)s", who=who, amount=amount),
    "QuestionAsked": lambda who, _amount: _("%(who)s asked the patient a question", who=who),
    "LeadDeclined": lambda who, _amount: _("%(who)s declined this request", who=who),
}


@dataclass(frozen=True)
class Row:
    """One field of the quote form, in a colleague's version and in the one just sent."""

    label: str
    theirs: str
    yours: str

    @property
    def differs(self) -> bool:
        """Returns whether the two versions differ in this field."""
        return self.theirs != self.yours


@blueprint.errorhandler(WrongState)
def show_conflict(problem: WrongState) -> ResponseReturnValue:
    """Shows why the request was refused as a 409; on a lead's pages with both versions and the way back to it."""
    errors.rollback()
    if "lead" not in g or isinstance(problem, FormChanged):
        page = "errors/form_changed.html" if isinstance(problem, FormChanged) else "errors/409.html"
        return render_template(page, problem=problem, layout="layouts/dashboard.html"), problem.status
    lead = current_lead()
    answered, quote = last_answer(lead), standing_for_lead(lead)
    html = render_template(
        "dashboard/conflict.html",
        ref=(request.view_args or {})["ref"],  # while a lead is frozen, the clinic may not read its request
        problem=problem,
        title=_heading(lead, problem, answered, quote),
        answered=answered,
        held=quote is not None and quote.state == "held",
        quote=quote,
        reason=LEAD_DECLINES.clinic.get(lead.decline_reason or ""),
        rows=_rows(lead, quote) if quote is not None and request.path.endswith("/quote") else [],
    )
    return html, problem.status


def _heading(lead: "Lead", problem: WrongState, answered: "AuditEntry | None", quote: "Quote | None") -> str:
    """Returns the heading: who answered first, or the state of the request where that is not the reason."""
    if problem.reason == "lead_frozen":
        return _("This request is frozen")
    return _title(answered.name, answered.actor, quote) if answered else _("This cannot be done now")


def _title(name: str, actor: str, quote: "Quote | None") -> str:
    amount = money_text(quote.total, quote.currency) if quote is not None else ""
    return TITLES[name](_who(actor), amount)


def _who(actor: str) -> str:
    if actor == current_user.actor:
        return _("You")
    named = {f"member:{member.account_id}": member.name for member in members(current_clinic())}
    return named.get(actor, _("A colleague"))


def _rows(lead: "Lead", quote: "Quote") -> list[Row]:
    """Returns a row for every field filled in in either version, in the order of the form."""
    values = shown_values(terms_of(quote), procedure=quote.procedure.slug, seen=quote.number)
    form = form_of(lead, answers_visible_to(lead), values=values)
    rows = [
        Row(str(field.label.text), _text(values.get(field.name)), _text(request.form.getlist(field.name)))
        for field in form
        if field.type not in {"HiddenField", "CSRFTokenField"}
    ]
    return [row for row in rows if row.theirs or row.yours]


def _text(value: QuoteValue | list[str]) -> str:
    """Returns a value as its field shows it; the words of a list are sorted, so that two lists can be compared."""
    values = value if isinstance(value, list) else [value]
    return ", ".join(sorted(str(each).replace("\r\n", "\n").strip() for each in values if each not in (None, "")))
