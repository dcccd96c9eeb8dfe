"""What a clinic writes besides a quote: its one question, a reply, a no with a reason."""

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from wtforms import RadioField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.foundation.problems import Disagreements, Refused, WrongState
from marketplace.leads.actions import ask, may_reply, reply
from marketplace.leads.models import Lead
from marketplace.leads.states import DECLINABLE, LEAD_REFUSALS
from marketplace.leads.visibility import answers_visible_to, may_ask
from marketplace.quotes import pending
from marketplace.quotes.pending import must_have_none_pending
from marketplace.web.dashboard.blueprint import blueprint
from marketplace.web.dashboard.current_lead import current_lead, record_accesses_of_refused_form
from marketplace.web.dashboard.leads import filled_form, lead_page
from marketplace.web.dashboard.quote_fields import listed
from marketplace.web.dashboard.thread import ReplyForm
from marketplace.web.forms.base import FlaggedWordsForm, Form
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.words.decline import LEAD_DECLINES

MAX_LENGTH = 600


class QuestionForm(FlaggedWordsForm):
    """One question."""

    limit = "ask-patient"
    question = TextAreaField(
        _l("Your question"),
        validators=[
            DataRequired(_l("Enter your question")),
            Length(max=MAX_LENGTH, message=_l("Your question must be %(n)s characters or fewer", n=MAX_LENGTH)),
        ],
    )

    def counted(self) -> dict[str, str]:
        """All of a team together."""
        return {"clinic": str(g.clinic.id)}


class DeclineForm(Form):
    """Why not; always one of the list."""

    reason = RadioField(
        _l("Why can you not treat this patient?"),
        choices=listed(LEAD_DECLINES.clinic.items()),
        validators=[InputRequired(_l("Select a reason"))],
    )


@blueprint.get("/leads/<ref>/ask")
def ask_patient(ref: str) -> str:
    """The form of the one question."""
    own = current_lead()
    if not may_ask(own, answers_visible_to(own)):
        raise WrongState(LEAD_REFUSALS[own.state], _("You cannot ask a question on this request any more"))
    return render_template("dashboard/ask.html", lead=own, form=QuestionForm())


@blueprint.post("/leads/<ref>/ask")
@writes
@idempotent(QuestionForm)
def send_question(ref: str) -> ResponseReturnValue:
    """Goes to the patient at once; the clock stands until it is answered."""
    own, form = current_lead(), QuestionForm()
    if form.validate_on_submit():
        try:
            ask(own, form.question.data or "", by=current_user.id, as_it_is=form.as_it_is.data)
        except Disagreements as asked:
            form.point_out(asked.problems)
        except Refused:
            form.question.errors = [_("You have asked your one question. Send a quote, or decline")]
        else:
            flash(_("Question sent. Your time to reply stands still until the patient answers"), "success")
            return redirect(url_for("dashboard.lead", ref=ref), 303)
    return render_template("dashboard/ask.html", lead=own, form=form, has_errors=True), 422


@blueprint.get("/leads/<ref>/decline")
def ask_decline(ref: str) -> str:
    """The list of reasons."""
    own = current_lead()
    if own.state not in DECLINABLE:
        raise WrongState(LEAD_REFUSALS[own.state], _("You cannot decline this request any more"))
    must_have_none_pending(own)
    return render_template("dashboard/decline.html", lead=own, form=DeclineForm())


@blueprint.post("/leads/<ref>/decline")
@writes
def decline_lead(ref: str) -> ResponseReturnValue:
    """A no counts as an answer; the patient reads the reason."""
    own, form = current_lead(), DeclineForm()
    if not form.validate_on_submit():
        return render_template("dashboard/decline.html", lead=own, form=form, has_errors=True), 422
    pending.decline_lead(own, form.reason.data)
    flash(_("Declined. The patient reads your reason and can ask another clinic"), "success")
    return redirect(url_for("dashboard.leads"), 303)


@blueprint.post("/leads/<ref>/reply")
@writes
@idempotent(ReplyForm)
def reply_to_patient(ref: str) -> ResponseReturnValue:
    """Goes to the patient at once; neither the reply clock nor the one question is touched."""
    own, form = current_lead(), ReplyForm()
    visible = answers_visible_to(own)
    if not may_reply(own, visible.said):
        raise WrongState(LEAD_REFUSALS[own.state], _("You cannot write to this patient any more"))
    if not form.validate_on_submit() or not _sent(own, form):
        record_accesses_of_refused_form(own, visible)
        return lead_page(own, visible, form=filled_form(own, visible), status=422, reply_form=form)
    flash(_("Sent. The patient is told by email that you have written"), "success")
    return redirect(url_for("dashboard.lead", ref=ref, _anchor="messages"), 303)


def _sent(own: Lead, form: ReplyForm) -> bool:
    try:
        reply(own, form.body.data or "", by=current_user.id, as_it_is=form.as_it_is.data)
    except Disagreements as asked:
        form.point_out(asked.problems)
        return False
    return True
