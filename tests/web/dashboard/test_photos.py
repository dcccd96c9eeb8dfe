"""Photos are for the clinics a patient shares them with, and each look is the patient's to read."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.database.roles import DatabaseRole
from marketplace.leads.actions import decline
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import delete_request
from marketplace.quote_requests.access_records import access_records_of
from marketplace.quote_requests.photos import photos_of
from tests.factories import Make
from tests.guards.test_row_policies import count, using_role
from tests.reading import words


def path_of(lead: Lead) -> str:
    return f"/dashboard/leads/{lead.request.ref}/photos/{photos_of(lead.request)[0].id}"


def test_with_consent_they_stand_beside_the_answers(desk: Any, make_lead: Make) -> None:
    lead = make_lead(desk.clinic, photos=2)
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    sources = [image.get("src") for image in page.one("main").iter("img")]
    assert sources[0] == path_of(lead)
    shown = desk.get(sources[1])
    assert (shown.data, shown.mimetype, shown.headers["Cache-Control"]) == (b"photo 1", "image/jpeg", "no-store")


def test_each_look_is_recorded_and_head_looks_at_nothing(desk: Any, make_lead: Make) -> None:
    lead = make_lead(desk.clinic, photos=1)
    assert desk.head(path_of(lead)).status_code == 200
    assert not access_records_of(lead.request)
    for _look in range(2):
        desk.get(path_of(lead))
    assert [look.what for look in access_records_of(lead.request)] == ["photos"]
    read = select(AuditEntry.reason).where(AuditEntry.name == "AnswersRead")
    assert db.session.scalars(read).all() == ["photos", "photos"]


def test_without_consent_there_is_no_such_page(desk: Any, make_lead: Make) -> None:
    lead = make_lead(desk.clinic, photos=1, share_health=False)
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    assert not list(page.one("main").iter("img"))
    assert desk.get(path_of(lead)).status_code == 404


@pytest.mark.parametrize("end", [lambda lead: decline(lead, "language"), lambda lead: delete_request(lead.request)])
def test_once_the_lead_has_ended_they_are_closed(desk: Any, make_lead: Make, end: Any) -> None:
    lead = make_lead(desk.clinic, photos=1)
    path = path_of(lead)
    end(lead)
    assert desk.get(path).status_code == 404


def test_another_requests_photo_is_not_found(desk: Any, make_lead: Make) -> None:
    lead, other = make_lead(desk.clinic, photos=1), make_lead(desk.clinic, photos=1, email="bea@patient.example")
    mixed = path_of(lead).replace(str(photos_of(lead.request)[0].id), str(photos_of(other.request)[0].id))
    assert desk.get(mixed).status_code == 404


def test_the_inbox_says_how_many(desk: Any, make_lead: Make) -> None:
    make_lead(desk.clinic, photos=3)
    row = desk.get("/dashboard/leads").page.one("tbody")
    assert words(list(row.iter("td"))[-1]) == "Photos: 3"


@pytest.mark.parametrize(("shared", "seen"), [(True, 1), (False, 0)])
def test_the_second_wall_shows_shared_ones_only(make_lead: Make, make_clinic: Make, shared: bool, seen: int) -> None:
    lead = make_lead(photos=1, share_health=shared)
    rival = make_clinic("Clinic Nar")
    with using_role(DatabaseRole.CLINIC, clinic_id=lead.clinic_id):
        assert count("photo") == seen
    with using_role(DatabaseRole.CLINIC, clinic_id=rival.id):
        assert count("photo") == 0


def test_the_second_wall_shows_a_patient_their_own(make_request: Make) -> None:
    own, _other = make_request(photos=1), make_request(photos=1, email="bea@patient.example")
    with using_role(DatabaseRole.PATIENT, request_id=own.id):
        assert count("photo") == 1
