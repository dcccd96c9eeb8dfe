"""What a clinic writes besides a quote: its one question, a reply, or a decline with a reason."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.aftercare.problems import reply
from marketplace.foundation.problems import Disagreements, Refused, WrongState
from marketplace.leads.actions import ask, may_reply
from marketplace.leads.models import Lead
from marketplace.leads.states import DECLINABLE, LEAD_REFUSALS
from marketplace.leads.visibility import answers_visible_to, may_ask
from marketplace.quotes import pending
from marketplace.quotes.pending import must_have_none_pending
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.current_lead import current_clinic, record_accesses_of_refused_form
from marketplace.web.dashboard.leads import filled_form, lead_page
from marketplace.web.dashboard.quote_fields import listed
from marketplace.web.dashboard.thread import ReplyForm
from marketplace.web.forms.base import FlaggedWordsForm, Form
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.words.lead import LEAD_DECLINES

MAX_LENGTH = 600


class QuestionForm(FlaggedWordsForm):
    """The clinic's one question to the patient."""

    limit = "ask-patient"
    question = TextAreaField(
        _l("Your question"),
        validators=[
            DataRequired(_l("Enter your question")),
            Length(max=MAX_LENGTH, message=_l("Your question must be %(n)s characters or fewer", n=MAX_LENGTH)),
        ],
    )

    def counted(self) -> dict[str, str]:
        """Returns the clinic as what the limit counts: all members of a team share it."""
        return {"clinic": str(current_clinic().id)}


class DeclineForm(Form):
    """The reason for declining a request, one of a list."""

    reason = RadioField(
        _l("Why can you not treat this patient?"),
        choices=listed(LEAD_DECLINES.clinic.items()),
        validators=[InputRequired(_l("Select a reason"))],
    )


@blueprint.get("/leads/<ref>/ask")
def ask_patient(lead: Lead) -> str:
    """Shows the form for the clinic's one question. Raises WrongState where no question may be asked any more."""
    if not may_ask(lead, answers_visible_to(lead)):
        raise WrongState(LEAD_REFUSALS[lead.state], _("You cannot ask a question on this request any more"))
    return render_template("dashboard/ask.html", lead=lead, form=QuestionForm())


@blueprint.post("/leads/<ref>/ask")
@writes
@idempotent(QuestionForm)
def send_question(lead: Lead, ref: str) -> ResponseReturnValue:
    """Sends the question to the patient; the reply clock stops until it is answered. Raises WrongState."""
    form = QuestionForm()
    if form.validate_on_submit():
        try:
            ask(lead, form.question.data or "", by=current_user.id, as_it_is=form.as_it_is.data)
        except Disagreements as asked:
            form.point_out(asked.problems)
        except Refused:
            form.question.errors = [_("You have asked your one question. Send a quote, or decline")]
        else:
            flash(_("Question sent. Your time to reply stands still until the patient answers"), "success")
            return redirect(url_for("dashboard.lead", ref=ref), 303)
    return render_template("dashboard/ask.html", lead=lead, form=form, has_errors=True), 422


@blueprint.get("/leads/<ref>/decline")
def ask_decline(lead: Lead) -> str:
    """Shows the reasons to choose from. Raises WrongState where the lead cannot be declined any more."""
    if lead.state not in DECLINABLE:
        raise WrongState(LEAD_REFUSALS[lead.state], _("You cannot decline this request any more"))
    must_have_none_pending(lead)
    return render_template("dashboard/decline.html", lead=lead, form=DeclineForm())


@blueprint.post("/leads/<ref>/decline")
@writes
def decline_lead(lead: Lead) -> ResponseReturnValue:
    """Declines the lead, which counts as an answer; the patient reads the reason. Raises WrongState or Refused."""
    form = DeclineForm()
    if not form.validate_on_submit():
        return render_template("dashboard/decline.html", lead=lead, form=form, has_errors=True), 422
    pending.decline_lead(lead, form.reason.data)
    flash(_("Declined. The patient reads your reason and can ask another clinic"), "success")
    return redirect(url_for("dashboard.leads"), 303)


@blueprint.post("/leads/<ref>/reply")
@writes
@idempotent(ReplyForm)
def reply_to_patient(lead: Lead, ref: str) -> ResponseReturnValue:
    """Sends a message to the patient at once; it changes neither the reply clock nor the one question.

    Raises WrongState where the clinic may not write any more.
    """
    form = ReplyForm()
    visible = answers_visible_to(lead)
    if not may_reply(lead, visible.said):
        raise WrongState(LEAD_REFUSALS[lead.state], _("You cannot write to this patient any more"))
    if not form.validate_on_submit() or not _sent(lead, form):
        record_accesses_of_refused_form(lead, visible)
        return lead_page(lead, visible, form=filled_form(lead, visible), status=422, reply_form=form)
    flash(_("Sent. The patient is told by email that you have written"), "success")
    return redirect(url_for("dashboard.lead", ref=ref, _anchor="messages"), 303)


def _sent(lead: Lead, form: ReplyForm) -> bool:
    try:
        reply(lead, form.body.data or "", by=current_user.id, as_it_is=form.as_it_is.data)
    except Disagreements as asked:
        form.point_out(asked.problems)
        return False
    return True
