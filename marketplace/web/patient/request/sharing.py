"""What is shared with which clinic: a card for each, revoking and giving consent. Only a POST changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from marketplace.foundation.problems import NotFound
from marketplace.leads.consent import GIVEN, newest_consents, revoking_text, standing_purposes
from marketplace.leads.deletion_duties import CHASED_AFTER, duties_by_clinic
from marketplace.leads.queries import lead_with_clinic, leads_of
from marketplace.leads.revoking import ALL, PARTS, give, giving_text, last_reader
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import consents
from marketplace.quote_requests.states import Purpose
from marketplace.quotes import ending
from marketplace.quotes.ending import chosen_lately
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.request_access import trusted_browser_only
from marketplace.words.request import PURPOSES

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.clinics.models import Clinic
    from marketplace.leads.models import DeletionDuty, Lead
    from marketplace.quote_requests.models import AccessRecord, Consent


@dataclass(frozen=True)
class Said:
    """One consent sentence, and the purposes for which it was given or revoked at that moment."""

    text: str
    act: str
    version: str
    at: datetime
    purposes: list[Purpose] = field(default_factory=list)


@dataclass(frozen=True)
class SharingCard:
    """One clinic's consents and accesses; `rows` holds the newest consent record of each purpose."""

    clinic: Clinic
    lead: Lead | None
    rows: dict[Purpose, Consent]
    said: list[Said]
    access_records: list[AccessRecord]
    duties: list[DeletionDuty]

    @property
    def stands(self) -> list[Purpose]:
        """Returns the purposes that were given and not revoked."""
        return [purpose for purpose in Purpose if purpose in self.rows and self.rows[purpose].act == GIVEN]

    @property
    def reads(self) -> list[Purpose]:
        """Returns the purposes that the clinic can read at this moment."""
        return self.stands if self.lead is not None and self.lead.state in READING else []

    def last_look(self, what: str) -> datetime | None:
        """Returns when somebody of the clinic last opened `health`, `photos` or `contact`."""
        return next((record.at for record in self.access_records if record.what == what), None)

    @property
    def revocable(self) -> list[str]:
        """Returns the purposes that can be revoked by themselves; none once the whole lead is revoked."""
        if self.lead is None or self.lead.state == LeadState.REVOKED:
            return []
        return [what for what, purpose in PARTS.items() if purpose in self.stands]

    @property
    def grantable(self) -> list[str]:
        """Returns the purposes that can be given again."""
        if self.lead is None or self.lead.state not in READING:
            return []
        return [w for w, purpose in PARTS.items() if purpose not in self.stands and giving_text(self.lead, w)]


def sharing_cards(request: QuoteRequest) -> list[SharingCard]:
    """Returns a card for every clinic that ever had a consent, by name."""
    leads = {lead.clinic_id: lead for lead in leads_of(request)}
    rows, duties, history, seen = (
        newest_consents(request),
        duties_by_clinic(request),
        consents(request),
        access_records_of(request),
    )
    clinics = {row.clinic_id: row.clinic for row in history}
    return [
        SharingCard(
            clinic=clinic,
            lead=leads.get(clinic_id),
            rows=rows[clinic_id],
            said=sentences([row for row in history if row.clinic_id == clinic_id]),
            access_records=[record for record in seen if record.clinic_id == clinic_id],
            duties=duties.get(clinic_id, []),
        )
        for clinic_id, clinic in sorted(clinics.items(), key=lambda pair: pair[1].name)
    ]


def sentences(rows: Sequence[Consent]) -> list[Said]:
    """Returns the consent sentences, newest first; one given for several purposes appears once."""
    found: list[Said] = []
    for row in rows:
        if not found or (found[-1].text, found[-1].act, found[-1].at) != (row.text, row.act, row.at):
            found.append(Said(row.text, row.act, row.version, row.at))
        found[-1].purposes.append(Purpose(row.purpose))
    return found[::-1]


BASE = "/my/requests/<ref>/sharing"


@blueprint.get(BASE)
def sharing(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows a card for each clinic: what it may read, since when, who read it, and what it must delete."""
    return render_template(
        "patient/request/sharing.html",
        quote_request=quote_request,
        cards=sharing_cards(quote_request),
        staff_access_records=[record for record in access_records_of(quote_request) if record.clinic_id is None],
        purposes=PURPOSES.patient,
    )


@blueprint.get(BASE + "/<clinic>/revoke")
def show_revocation(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Shows what revoking causes before it happens; redirects where it is revoked already. Raises NotFound."""
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
    """Revokes the consent; revoking it again changes nothing. Raises NotFound or Refused."""
    lead = lead_with_clinic(quote_request, clinic)
    ending.revoke_consent(lead, request.form.get("what", ""))
    flash(_("Taken back. We have asked %(clinic)s to delete its copy", clinic=lead.clinic.name), "success")
    return redirect(url_for("patient.sharing", ref=quote_request.ref), 303)


@blueprint.get(BASE + "/<clinic>/give")
@trusted_browser_only
def show_consent(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Shows the sentence to agree to, so that the clinic can read the answers again. Raises NotFound."""
    what = _asked(request.args.get("what", Purpose.HEALTH.value), set(PARTS))
    return _giving_page(lead_with_clinic(quote_request, clinic), what)


@blueprint.post(BASE + "/<clinic>/give")
@trusted_browser_only
@writes
def give_consent(quote_request: QuoteRequest, clinic: str) -> ResponseReturnValue:
    """Stores the consent with the sentence shown; if it has changed, shows the new one. Raises NotFound or Refused."""
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
