"""How many statements the inbox sends, counted where they leave: none more for more requests."""

import pytest
from flask import Flask

from marketplace.extensions import db
from tests.factories import PASSWORD, build_clinic, build_lead, build_member
from tests.statements import statements_sent

MOST = 18


@pytest.mark.parametrize("leads", [2, 12])
def test_the_inbox_sends_no_statement_a_request(own_app: Flask, leads: int) -> None:
    with own_app.app_context():
        clinic = build_clinic("Clinic Lale", daily_capacity=99, weekly_capacity=99)
        for n in range(leads):
            build_lead(clinic, email=f"ana{n}@patient.example")
        build_member(clinic, email="ayse@clinic.example")
        db.session.commit()
    client = own_app.test_client()
    client.post("/account/login", data={"email": "ayse@clinic.example", "password": PASSWORD})
    client.get("/dashboard/leads")
    with statements_sent(own_app) as sent:
        assert client.get("/dashboard/leads").status_code == 200
    assert 0 < len(sent) <= MOST, sent
