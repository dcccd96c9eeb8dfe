"""What one clinic has of a request: what it may read and since when, who looked, what it was told to delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from marketplace.leads.consent import GIVEN, newest_consents
from marketplace.leads.deletion_duties import duties_by_clinic
from marketplace.leads.queries import leads_of
from marketplace.leads.revoking import PARTS, giving_text
from marketplace.leads.states import READING, LeadState
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quote_requests.queries import consents
from marketplace.quote_requests.states import Purpose

if TYPE_CHECKING:
    from datetime import datetime

    from marketplace.clinics.models import Clinic
    from marketplace.leads.models import DeletionDuty, Lead
    from marketplace.quote_requests.models import AccessRecord, Consent, QuoteRequest


@dataclass(frozen=True)
class Said:
    """One sentence, and for which purposes it was given or revoked at that moment."""

    text: str
    act: str
    version: str
    at: datetime
    purposes: list[Purpose] = field(default_factory=list)


@dataclass(frozen=True)
class SharingCard:
    """One clinic; `reads` says of each purpose that was ever given when its newest row was written."""

    clinic: Clinic
    lead: Lead | None
    rows: dict[Purpose, Consent]
    said: list[Said]
    access_records: list[AccessRecord]
    duties: list[DeletionDuty]

    @property
    def stands(self) -> list[Purpose]:
        """What was given and not revoked."""
        return [purpose for purpose in Purpose if purpose in self.rows and self.rows[purpose].act == GIVEN]

    @property
    def reads(self) -> list[Purpose]:
        """What the clinic can read at this moment."""
        return self.stands if self.lead is not None and self.lead.state in READING else []

    @property
    def revocable(self) -> list[str]:
        """What can be revoked by itself; all of it can as long as the lead was not revoked."""
        if self.lead is None or self.lead.state == LeadState.REVOKED:
            return []
        return [what for what, purpose in PARTS.items() if purpose in self.stands]

    @property
    def grantable(self) -> list[str]:
        """What can be given anew."""
        if self.lead is None or self.lead.state not in READING:
            return []
        return [w for w, purpose in PARTS.items() if purpose not in self.stands and giving_text(self.lead, w)]


def sharing_cards(request: QuoteRequest) -> list[SharingCard]:
    """A card for every clinic that was ever agreed to, by name."""
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
    """The newest first; what was said once for several purposes stands once."""
    found: list[Said] = []
    for row in rows:
        if not found or (found[-1].text, found[-1].act, found[-1].at) != (row.text, row.act, row.at):
            found.append(Said(row.text, row.act, row.version, row.at))
        found[-1].purposes.append(Purpose(row.purpose))
    return found[::-1]
