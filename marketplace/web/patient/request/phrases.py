"""The phrase sheet for the day: what to ask and refuse, and to say in an emergency; also in the clinic's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from babel import Locale
from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from marketplace.catalogue import phrases
from marketplace.catalogue.geography import destinations
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.phrases import CONDITIONS, FLAGS, SOURCE, Translation
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests import queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState
from marketplace.quotes.quote_plans import checked_quote
from marketplace.quotes.red_flags import red_flags
from marketplace.quotes.request_quotes import request_quotes
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import is_trusted_browser, trusted_browser_only
from marketplace.words.quote import RED_FLAGS

PATH = "/my/requests/<ref>/phrases"
WITH_CONDITIONS = "phrases"  # in this browser: the requests whose sheet has the health answers on it
WITH_SHEET = (RequestState.OPEN, RequestState.PAUSED, RequestState.CHOSEN, RequestState.SETTLED)


class ConditionsForm(Form):
    """Whether the health answers are on the sheet of this browser."""

    conditions = BooleanField(_l("Put my health answers on the sheet"))


@dataclass(frozen=True)
class Phrase:
    """One line, and the same in the clinic's language; None where there is no reviewed text."""

    text: str
    translated: str | None = None


@dataclass(frozen=True)
class PhraseGroup:
    """Lines under one heading."""

    slug: str
    title: str
    phrases: list[Phrase]


@blueprint.get(PATH)
def show_phrases(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the sheet for one clinic. Raises WrongState once the request has ended, NotFound without a clinic."""
    leads = _leads(quote_request)
    lead = _lead_asked(leads)
    conditions = _conditions(quote_request) if is_trusted_browser(quote_request.ref) else None
    is_shown = conditions is not None and quote_request.ref in session.get(WITH_CONDITIONS, ())
    spoken = _spoken(quote_request, lead)
    return render_template(
        "patient/request/phrases.html",
        quote_request=quote_request,
        leads=leads,
        lead=lead,
        spoken=spoken,
        direction=Locale.parse(spoken.language).text_direction,
        groups=_groups(quote_request, lead, spoken, (conditions or {}) if is_shown else {}),
        is_signed_off=bool(queries.treatment_of(quote_request).signed_off_by),
        has_conditions=bool(conditions),
        is_trusted=conditions is not None,
        form=ConditionsForm(data={"conditions": is_shown}),
    )


@blueprint.post(PATH)
@trusted_browser_only
@writes
def choose_conditions(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Puts the health answers on the sheet of this browser, or takes them off; nothing of them is in the address."""
    lead = _lead_asked(_leads(quote_request))
    others = [ref for ref in session.get(WITH_CONDITIONS, ()) if ref != quote_request.ref]
    session[WITH_CONDITIONS] = [*others, quote_request.ref] if ConditionsForm().conditions.data else others
    return redirect(url_for("patient.show_phrases", ref=quote_request.ref, clinic=lead.clinic.slug), 303)


def _leads(quote_request: QuoteRequest) -> list[Lead]:
    """Returns the leads of the clinics that a sheet can be for: the chosen one, else all, those with a quote first."""
    if quote_request.state not in WITH_SHEET:
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    leads = [lead for lead in leads_of(quote_request) if lead.state in READING]
    won = [lead for lead in leads if lead.state == LeadState.WON]
    return won or sorted(leads, key=lambda lead: lead.state != LeadState.QUOTED)


def _lead_asked(leads: Sequence[Lead]) -> Lead:
    asked = request.args.get("clinic")
    found = next((lead for lead in leads if asked in {None, lead.clinic.slug}), None)
    if found is None:
        raise NotFound("lead")
    return found


def _spoken(quote_request: QuoteRequest, lead: Lead) -> Translation:
    """Returns the first language of the clinic's country, with its lines where somebody has reviewed them."""
    country, treatment = destinations().get(lead.clinic.country), queries.treatment_of(quote_request)
    language = country.languages[0] if country else SOURCE
    return phrases.translation(treatment, language, is_sample=lead.clinic.is_sample)


def _conditions(quote_request: QuoteRequest) -> Mapping[str, str]:
    """Returns the health answers, as the patient gave them, by their codes; the typed words come without one."""
    particulars = particulars_of(queries.treatment_of(quote_request))
    slugs, details = queries.health_answers(quote_request)
    known = {slug: found.patient for slug in slugs if (found := particulars.condition(slug)) is not None}
    return {**known, **({"": details} if details else {})}


def _groups(
    quote_request: QuoteRequest, lead: Lead, spoken: Translation, conditions: Mapping[str, str]
) -> list[PhraseGroup]:
    source = phrases.source_lines(queries.treatment_of(quote_request))
    own = dict.fromkeys(queries.answers(quote_request).questions)
    found = [
        ("answer", _("To point at"), source["answer"]),
        ("ask", _("Before it begins"), source["ask"]),
        (FLAGS, _("What this quote leaves open"), _flags(quote_request, lead)),
        ("own", _("My own questions"), {question: question for question in own}),
        (CONDITIONS, _("About my health"), conditions),
        ("refuse", _("To say no"), source["refuse"]),
        ("emergency", _("In an emergency"), source["emergency"]),
    ]
    return [
        PhraseGroup(slug, title, _phrases(lines, spoken.lines.get(slug, {}))) for slug, title, lines in found if lines
    ]


def _phrases(lines: Mapping[str, str], translated: Mapping[str, str]) -> list[Phrase]:
    return [Phrase(text, translated.get(code)) for code, text in lines.items()]


def _flags(quote_request: QuoteRequest, lead: Lead) -> Mapping[str, str]:
    """Returns the question of each red flag of the clinic's quote by its code; none before it has quoted."""
    asked = request_quotes(quote_request.ref)
    quote = next((quote for quote in asked.quotes if quote.lead_id == lead.id), None)
    if quote is None:
        return {}
    return {
        flag.code: str(RED_FLAGS.patient[flag.code][1]) for flag in red_flags(quote, checked_quote(quote), asked.usual)
    }
