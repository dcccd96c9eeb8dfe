"""What was shared with whom, and revoking it: GET says what follows, POST does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.foundation.problems import NotFound
from marketplace.leads.consent import revoking_text, standing_purposes
from marketplace.leads.deletion_duties import CHASED_AFTER
from marketplace.leads.queries import lead_with_clinic
from marketplace.leads.revoking import ALL, PARTS, give, giving_text, last_reader
from marketplace.leads.states import READING
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import Purpose
from marketplace.quotes import ending
from marketplace.quotes.ending import chosen_lately
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request.sharing_cards import sharing_cards
from marketplace.web.patient.request_access import trusted_browser_only
from marketplace.words.request import PURPOSES

if TYPE_CHECKING:
    from marketplace.leads.models import Lead

BASE = "/my/requests/<ref>/sharing"


@blueprint.get(BASE)
def sharing(quote_request: QuoteRequest) -> ResponseReturnValue:
    """A card a clinic: what it may read, since when, who looked, what it was told to delete."""
    return render_template(
        "patient/request/sharing.html",
        quote_request=quote_request,
        cards=sharing_cards(quote_request),
        staff_access_records=[record for record in access_records_of(quote_request) if record.clinic_id is None],
        purposes=PURPOSES.patient,
    )


@blueprint.get(BASE + "/<clinic>/revoke")
def show_revocation(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Shows what follows from revoking, before it happens; what is revoked already has no such page."""
    lead, what = lead_with_clinic(quote_request, clinic), _asked(request.args.get("what", ALL), {*PARTS, ALL})
    stands = standing_purposes(lead.request).get(lead.clinic_id, [])
    if not stands or (what in PARTS and PARTS[what] not in stands):
        return redirect(url_for("patient.sharing", ref=quote_request.ref), 302)
    return render_template(
        "patient/request/revoke.html",
        quote_request=lead.request,
        lead=lead,
        what=what,
        words_agreed=revoking_text([lead.clinic], what=what),
        reads=lead.state in READING,
        undoes=what == ALL and chosen_lately(lead),
        ours_goes=last_reader(lead, what),
        days=[after.days for after in CHASED_AFTER],
        form=Form(),
    )


@blueprint.post(BASE + "/<clinic>/revoke")
@writes
def revoke_consent(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Revokes the consent; revoking it twice changes nothing more."""
    lead = lead_with_clinic(quote_request, clinic)
    ending.revoke_consent(lead, request.form.get("what", ""))
    flash(_("Taken back. We have asked %(clinic)s to delete its copy", clinic=lead.clinic.name), "success")
    return redirect(url_for("patient.sharing", ref=quote_request.ref), 303)


@blueprint.get(BASE + "/<clinic>/give")
@trusted_browser_only
def show_consent(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """The sentence to agree to, so that the clinic reads it again."""
    what = _asked(request.args.get("what", Purpose.HEALTH.value), set(PARTS))
    return _giving_page(lead_with_clinic(quote_request, clinic), what)


@blueprint.post(BASE + "/<clinic>/give")
@trusted_browser_only
@writes
def give_consent(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Stores the sentence that was shown; where it would be another by now, that one is shown first."""
    lead = lead_with_clinic(quote_request, clinic)
    what = _asked(request.form.get("what", Purpose.HEALTH.value), set(PARTS))
    if request.form.get("words") != giving_text(lead, what):
        return _giving_page(lead, what, changed=True)
    give(lead, what, words=request.form["words"])
    flash(_("Agreed. %(clinic)s can read it again", clinic=lead.clinic.name), "success")
    return redirect(url_for("patient.sharing", ref=quote_request.ref), 303)


def _giving_page(lead: Lead, what: str, *, changed: bool = False) -> ResponseReturnValue:
    sentence = giving_text(lead, what)
    if sentence is None or lead.state not in READING:
        raise NotFound("nothing_to_give")
    shown = {"quote_request": lead.request, "lead": lead, "what": what, "sentence": sentence, "changed": changed}
    return render_template("patient/request/give.html", form=Form(), **shown), 409 if changed else 200


def _asked(what: str, known: set[str]) -> str:
    if what not in known:
        raise NotFound("purpose")
    return what
