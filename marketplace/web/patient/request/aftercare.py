"""After the first session: when it was, how it is by one tap, what to do now, and telling the clinic of a problem."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms.validators import InputRequired

from marketplace.aftercare import check_ins, plans, problems
from marketplace.aftercare.models import CheckIn, Problem
from marketplace.aftercare.price_kept import price_answer, sayable_answers
from marketplace.aftercare.states import ANSWERABLE, PlanState
from marketplace.catalogue.particulars import Particulars, Sign, particulars_of
from marketplace.catalogue.queries import guide
from marketplace.catalogue.texts import section
from marketplace.clinics.track_records import ShownRecord, shown_record
from marketplace.foundation import clock
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.messages import takes_messages
from marketplace.leads.models import Lead
from marketplace.quote_requests import queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS
from marketplace.web.filters import day_text
from marketplace.web.forms.base import DayField, Form
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.messages import MessageForm
from marketplace.web.patient.request.own_answers import keep_as_own, own_answer

BASE = "/my/requests/<ref>/after"


class FirstSessionForm(Form):
    """The day of the first session, from which the check-ins are counted."""

    first_session_on = DayField(
        _l("Day of the first session"), validators=[InputRequired(_l("Enter the day of the first session"))]
    )


@dataclass(frozen=True)
class Advice:
    """What to do now: the treatment's own words for this answer, and when to get help at once."""

    sign: Sign
    text: Markup | None
    emergency: Markup | None
    is_signed_off: bool


@blueprint.get(BASE)
def show_aftercare(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows when we ask, and the day of the first session to change. Raises WrongState where no clinic is chosen."""
    _chosen(quote_request)
    return _aftercare_page(
        quote_request, FirstSessionForm(data={"first_session_on": plans.expected_day(quote_request)})
    )


@blueprint.post(BASE)
@writes
def name_first_session(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Plans the check-ins from the day that is named. Raises WrongState."""
    _chosen(quote_request)
    form = FirstSessionForm()
    if form.validate_on_submit() and form.first_session_on.data:
        try:
            plans.set_first_session(quote_request, form.first_session_on.data)
        except Refused:
            ends = [plans.earliest_day(quote_request), clock.today() + plans.AT_MOST_AHEAD]
            first, last = (day_text(end) for end in ends)
            form.first_session_on.errors = [_("Enter a day from %(first)s to %(last)s", first=first, last=last)]
        else:
            flash(_("Noted. We ask you how it is, as this page says"), "success")
            return redirect(url_for("patient.show_aftercare", ref=quote_request.ref), 303)
    return _aftercare_page(quote_request, form), 422


@blueprint.post(BASE + "/stop")
@writes
def stop_aftercare(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Stops the questions; stopping twice changes nothing."""
    plans.stop(quote_request)
    flash(_("Stopped. We do not ask you any more"), "success")
    return redirect(url_for("patient.show_aftercare", ref=quote_request.ref), 303)


def _aftercare_page(quote_request: QuoteRequest, form: FirstSessionForm) -> str:
    plan = plans.plan_of(quote_request)
    return render_template(
        "patient/request/aftercare.html",
        quote_request=quote_request,
        lead=_chosen(quote_request),
        plan=plan,
        asks=plan is not None and plan.state in {PlanState.UNDATED, PlanState.RUNNING},
        check_ins=check_ins.check_ins_of(quote_request) if plan else [],
        weeks=plans.WEEKS,
        form=form,
        has_errors=bool(form.errors),
    )


@blueprint.get(BASE + "/<int:week>")
def show_check_in(quote_request: QuoteRequest, week: int) -> ResponseReturnValue:
    """Shows the answers to tap, or what to do after the one that was given. Raises NotFound or WrongState."""
    check_in = _check_in(quote_request, week)
    if check_in.state not in ANSWERABLE:
        return redirect(url_for("patient.show_aftercare", ref=quote_request.ref), 302)
    return _check_in_page(quote_request, check_in, form=None, asks_anew="change" in request.args)


@blueprint.post(BASE + "/<int:week>")
@writes
def answer_check_in(quote_request: QuoteRequest, week: int) -> ResponseReturnValue:
    """Seals the answer that was tapped. Raises NotFound, Refused or WrongState."""
    check_in = _check_in(quote_request, week)
    if _particulars(quote_request).sign(request.form.get("answer")) is None:
        raise Refused("unknown_answer", field="answer")
    check_ins.answer(check_in, request.form["answer"])
    keep_as_own(check_in)
    return redirect(url_for("patient.show_check_in", ref=quote_request.ref, week=week), 303)


@blueprint.post(BASE + "/<int:week>/tell")
@writes
@idempotent(MessageForm)
def tell_clinic(quote_request: QuoteRequest, week: int) -> ResponseReturnValue:
    """Sends the message to the clinic, which is asked to answer in time. Raises NotFound or WrongState."""
    check_in, form = _check_in(quote_request, week), MessageForm()
    if not form.validate_on_submit():
        return _check_in_page(quote_request, check_in, form=form), 422
    problems.tell(_chosen(quote_request), form.body.data or "")
    flash(_("Sent. The page says until when the clinic is asked to answer"), "success")
    return redirect(url_for("patient.show_check_in", ref=quote_request.ref, week=week), 303)


def _check_in_page(
    quote_request: QuoteRequest, check_in: CheckIn, *, form: MessageForm | None, asks_anew: bool = False
) -> str:
    particulars = _particulars(quote_request)
    sign = None if asks_anew else particulars.sign(own_answer(check_in, quote_request.ref))
    lead = plans.won_lead(quote_request)
    return render_template(
        "patient/request/check_in.html",
        quote_request=quote_request,
        check_in=check_in,
        plan=plans.plan_of(quote_request),
        lead=lead,
        price_said=price_answer(quote_request),
        sayable=sayable_answers(quote_request),
        signs=particulars.signs,
        advice=_advice(quote_request, sign) if sign else None,
        tell=_tell(lead, sign, form) if sign and lead else None,
        has_errors=bool(form and form.errors),
    )


@dataclass(frozen=True)
class Telling:
    """The form that tells the clinic, or the problem that it was told already; neither where it takes no messages."""

    form: MessageForm | None
    problem: Problem | None
    consent: str
    due_at: object
    record: ShownRecord


def _tell(lead: Lead, sign: Sign, form: MessageForm | None) -> Telling:
    problem = problems.open_problem(lead)
    may = takes_messages(lead) and problem is None
    return Telling(
        (form or MessageForm(data={"body": _("%(sign)s. Seen today.", sign=sign.label)})) if may else None,
        problem,
        problems.consent_words(lead),
        problems.must_answer_by(lead),
        shown_record(lead.clinic_id),
    )


def _advice(quote_request: QuoteRequest, sign: Sign) -> Advice:
    treatment = queries.treatment_of(quote_request)
    body = guide(treatment, "aftercare").body
    found, emergency = section(body, sign.section), section(body, _particulars(quote_request).emergency_section)
    return Advice(
        sign, found.html if found else None, emergency.html if emergency else None, bool(treatment.signed_off_by)
    )


def _particulars(quote_request: QuoteRequest) -> Particulars:
    return particulars_of(queries.treatment_of(quote_request))


def _chosen(quote_request: QuoteRequest) -> Lead:
    """Returns the lead of the chosen clinic. Raises WrongState where none is chosen."""
    lead = plans.won_lead(quote_request)
    if lead is None:
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    return lead


def _check_in(quote_request: QuoteRequest, week: int) -> CheckIn:
    """Returns the check-in of the choice that stands. Raises NotFound or WrongState."""
    _chosen(quote_request)
    return check_ins.check_in_of(quote_request, week)
