"""Words of a listing: its states, its checks, why an operator stops it, its place in lists, and the clinic's team."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Words, everyone, staff

LISTING_STATES: Table[Tag] = Table(
    draft=staff((_("Draft"), None)),
    in_review=staff((_("In review"), "info")),
    sent_back=staff((_("Sent back"), "warn")),
    published=staff((_("Published"), "ok")),
    paused=staff((_("Paused"), "warn")),
    suspended=staff((_("Suspended"), "bad")),
    closed=staff((_("Closed"), None)),
)
CHECK_STATES: Table[Tag] = Table(
    missing=Words(patient=(_("Missing"), "bad"), clinic=(_("Missing"), "warn"), operator=(_("Missing"), "warn")),
    submitted=Words(
        patient=(_("Handed in, not checked yet"), "warn"),
        clinic=(_("We are looking at it"), "info"),
        operator=(_("To check"), "info"),
    ),
    passed=everyone((_("Passed"), "ok")),
    expired=everyone((_("Expired"), "bad")),
    refused=Words(patient=(_("Not accepted"), "bad"), clinic=(_("Refused"), "bad"), operator=(_("Refused"), "bad")),
    revoked=Words(patient=(_("Taken back"), "bad"), clinic=(_("Revoked"), "bad"), operator=(_("Revoked"), "bad")),
)
CHECK_KINDS: Table[LazyString] = Table(
    company=everyone(_("Company and address")),
    licence=everyone(_("Health licence")),
    people=everyone(_("People who treat")),
    products=everyone(_("Products")),
    insurance=everyone(_("Insurance")),
    prices=everyone(_("Prices")),
)
# The same on the page that shows a clinic's checks: what each of them says.
CHECK_CLAIMS: Table[LazyString] = Table(
    company=Words(patient=_("Company and address")),
    licence=Words(patient=_("Health licence or authorisation")),
    people=Words(patient=_("People who treat")),
    products=Words(patient=_("Products and traceability")),
    insurance=Words(patient=_("Insurance")),
    prices=Words(patient=_("Prices match quotes")),
)
SEND_BACK_REASONS: Table[LazyString] = Table(
    evidence_missing=staff(_("Evidence for a claim is missing")),
    register_entry=staff(_("The register shows something else")),
    document_missing=staff(_("A document is missing or cannot be read")),
    person_not_found=staff(_("A person who treats is not in the register")),
    price_unclear=staff(_("A price is unclear or far from the usual range")),
    wording=staff(_("The text promises something that nobody can promise")),
)
SUSPENSION_REASONS: Table[LazyString] = Table(
    check_revoked=staff(_("A required check was revoked")),
    check_lapsed=staff(_("A required check has expired and was not renewed")),
    person_not_found=staff(_("A person who treats is not in the register")),
    price_not_honoured=staff(_("Prices were not honoured")),
    patient_report=staff(_("Reports of patients have to be looked into")),
    false_statement=staff(_("A statement on the listing is not true")),
)
# Why a listing was stopped, whichever way: each code means one thing.
LISTING_REASONS: Table[LazyString] = Table(SEND_BACK_REASONS | SUSPENSION_REASONS)
TEAM_ROLES: Table[LazyString] = Table(
    owner=staff(_("Owner")),
    member=staff(_("Member")),
)
# The orders in which clinics can be listed.
CLINIC_SORTS: Table[LazyString] = Table(
    checks=Words(patient=_("Most checks passed")),
    reply=Words(patient=_("Fastest reply")),
    price=Words(patient=_("Lowest price of a session")),
    name=Words(patient=_("Name")),
)


def listing_reasons(decision_reasons: Iterable[str]) -> str:
    """Returns why a listing was stopped, for clinics and operators alike; several reasons are parted by dots."""
    return " · ".join(str(LISTING_REASONS.operator[code]) for code in decision_reasons)
