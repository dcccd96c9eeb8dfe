"""Who may come in: staff only."""

import pytest

PAGES = [
    "/operator",
    "/operator/clinics",
    "/operator/checks",
    "/operator/requests",
    "/operator/routing",
    "/operator/emails",
]


@pytest.mark.parametrize("path", PAGES)
def test_signed_out_one_signs_in_first(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.location == f"/account/login?next={path}"


@pytest.mark.parametrize("path", PAGES)
def test_for_a_member_of_a_clinic_it_does_not_exist(client, make_clinic, make_member, sign_in, path):
    sign_in(make_member(make_clinic()))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", PAGES)
def test_an_operator_reads_it(client, make_operator, sign_in, path):
    sign_in(make_operator())
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_member_cannot_act_either(client, make_clinic, make_member, sign_in):
    clinic = make_clinic()
    sign_in(make_member(clinic))
    answer = client.post(f"/operator/clinics/{clinic.id}/suspend", data={"reason": "patient_report", "statement": "x"})
    assert answer.status_code == 404
    assert clinic.listing_state == "published"
