"""A second treatment, walked beside the first: pages, form, lead, quotes and comparison, with worker and mailbox."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from marketplace.clinics import facets
from marketplace.extensions import db
from tests.browser import wait_for
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_clinic, build_member
from tests.mail.sink import Sink
from tests.reading import form_fields
from tests.second_treatment import SLUG, laser_clinic, load_second
from tests.working import work_off

PATIENT = "ana@patient.example"
CLINICS = ("clinic-isik", "clinic-nur")
ASKED: dict[str, dict[str, Any]] = {
    "treatment": {"procedure": "laser-legs"},
    "where": {"home_country": "GB", "destinations": ["TR"]},
    "when": {"timing": "quarter", "trips": "unknown"},
    "budget": {"amount": "", "currency": "GBP"},
    "health": {"conditions": ["recent_tan"], "details": ""},
    "you": {"name": "Ana", "email": PATIENT, "languages": ["en"]},
    "clinics": {"clinics": list(CLINICS)},
}


class Town:
    """Both treatments, with clinics of each, a patient's browser, a worker and a mailbox."""

    def __init__(self, app: Flask, sink: Sink) -> None:
        self.app, self.sink, self.patient = app, sink, reader_of(app)
        with app.app_context():
            load_second(app)
            build_clinic("Clinic Lale", slug="clinic-lale")
            both = [laser_clinic(name) for name in ("Clinic Isik", "Clinic Nur")]
            self.owners = [build_member(each, email=f"owner@{each.slug}.sample.example").email for each in both]
            facets.rebuild()
            db.session.commit()

    def mail(self, to: str, subject: str) -> str:
        """The path of the first link in the mail to this address, once the worker has sent it."""
        found: list[EmailMessage] = []

        def has_come() -> bool:
            work_off(self.app)
            found.extend(mail for mail in self.sink.given if mail["to"] == to and subject in mail["subject"])
            return bool(found)

        wait_for(has_come, seconds=20)
        text = found[0].get_body(("plain",))
        link = re.search(r"http://127\.0\.0\.1:8000(/\S+)", text.get_content() if text else "")
        assert link
        return link.group(1)

    def text(self, path: str) -> str:
        """The words of a page, read by the patient."""
        return str(self.patient.get(path, follow_redirects=True).page.text)

    def ask(self) -> None:
        """Starts with the treatment and answers every question."""
        started = self.patient.post("/get-quotes", data={"treatment": SLUG})
        assert started.headers["Location"] == "/get-quotes/treatment"
        for step, given in ASKED.items():
            assert self.patient.post(f"/get-quotes/{step}", data=given).status_code == 303, step
        check = self.patient.get("/get-quotes/check").page.fields()
        sent = self.patient.post("/get-quotes/check", data=check | {"adult": ["y"], "share_health": ["y"]})
        assert sent.headers["Location"] == "/get-quotes/sent"

    def confirm(self) -> str:
        """Opens the mailed link and presses the button; gives the path of the request."""
        path = self.patient.get(self.mail(PATIENT, "Confirm your request"), follow_redirects=True)
        answer = self.patient.post(path.request.path, data=path.page.fields())
        return str(answer.headers["Location"])

    def quote(self, owner: str, ref: str) -> str:
        """The clinic answers from its suggested values; gives the words of its page before that."""
        desk = reader_of(self.app)
        desk.post("/account/login", data={"email": owner, "password": PASSWORD})
        page = desk.get(f"/dashboard/leads/{ref}").page
        form = next(form for form in page.all("form") if form.get("action") == f"/dashboard/leads/{ref}/quote")
        assert desk.post(f"/dashboard/leads/{ref}/quote", data=form_fields(form)).status_code == 303
        return str(page.text)


@pytest.fixture
def town(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """Mail goes by SMTP, quotes are neither held nor grouped."""
    own_app.config.update(UNDO_SECONDS=0, GROUP_SECONDS=0)
    sink = Sink()
    sink.start()
    for name, value in {"server": "127.0.0.1", "port": sink.port, "suppress": False}.items():
        monkeypatch.setattr(own_app.extensions["mail"], name, value)
    yield Town(own_app, sink)
    sink.stop()


def test_guide_prices_and_clinics_of_the_second_treatment(town: Town) -> None:
    assert "Laser, legs" in town.text(f"/treatments/{SLUG}")
    costs = town.text(f"/treatments/{SLUG}/cost?home=gb&currency=EUR")
    assert "6 sessions of laser, legs, 8 weeks apart" in costs
    assert "our guide of 2026" in costs
    assert "Mesotherapy" in costs  # the way to the other prices
    assert "No guide price here for Laser, legs" in town.text(f"/treatments/{SLUG}/mexico")
    listed = town.text(f"/clinics/turkey?treatment={SLUG}")
    assert "Clinic Isik" in listed
    assert "Clinic Lale" not in listed
    assert "Laser, upper lip and chin" in town.text("/clinic/clinic-isik")


def test_who_does_not_say_which_treatment_is_asked(town: Town) -> None:
    answer = town.patient.post("/get-quotes", data={})
    assert answer.status_code == 422
    assert "Select a treatment" in answer.page.text
    assert town.patient.post("/get-quotes/treatment", data={"procedure": "unsure"}).headers["Location"] == "/get-quotes"
    late = reader_of(town.app).post("/get-quotes/health", data={"conditions": ["none"]})
    assert late.headers["Location"] == "/get-quotes"


def test_the_form_asks_what_the_second_treatment_needs(town: Town) -> None:
    town.patient.post("/get-quotes", data={"treatment": SLUG})
    assert "Hair on the legs" in town.text("/get-quotes/treatment")
    town.patient.post("/get-quotes/treatment", data=ASKED["treatment"])
    where = town.text("/get-quotes/where")
    assert "Poland" in where.partition("Where would you travel?")[2]
    assert "Mexico" not in where.partition("Where would you travel?")[2]
    for step in ("where", "when", "budget"):
        town.patient.post(f"/get-quotes/{step}", data=ASKED[step])
    health = town.text("/get-quotes/health")
    assert "I have a tan" in health
    assert "blood" not in health
    answer = town.patient.post("/get-quotes/health", data=ASKED["health"])
    assert "Sun and medicines" in town.text(answer.headers["Location"])
    assert "unshaved" in town.text("/get-quotes/photos")


def test_from_the_request_to_the_comparison(town: Town) -> None:
    town.ask()
    request = town.confirm()
    ref = request.rsplit("/", 1)[1]
    assert f"/treatments/{SLUG}/aftercare" in town.patient.get(request).text
    for owner in town.owners:
        page = town.quote(owner, ref)
        assert "Tanned, or in strong sun in the last four weeks" in page
        assert "Ask when the tan began" in page
        assert "Device: kind of laser, maker, model" in page
        assert "vial" not in page
    town.mail(PATIENT, "quote")
    assert "Compare your 2 quotes" in town.text(f"{request}/compare")
    quote = town.text(f"{request}/quotes/1")
    assert "Laser, legs" in quote
    assert "Certificate of the device shown to you" in quote
    assert town.patient.get(f"{request}/quotes/1/choose").status_code == 200
    assert "Hair on the legs" in town.text(f"{request}/answers/treatment")
