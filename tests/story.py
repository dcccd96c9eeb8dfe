"""The three journeys without a browser's screen: a patient asks, a clinic answers, the patient compares and chooses."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from marketplace import worker
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_clinic, build_member
from tests.reading import form_fields
from tests.web.patient.filling import press, reach_check

OWNER = "owner@clinic.example"


class Story:
    """One request at one clinic, by real forms; `seen` is called with each answer and the status it should have."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.patient, self.desk = reader_of(app), reader_of(app)
        with app.app_context():
            build_member(build_clinic("Clinic Lale", slug="clinic-lale"), email=OWNER)
            db.session.commit()

    def seen(self, answer: Any, status: int = 303) -> Any:
        """The answer, as it should be."""
        assert answer.status_code == status, answer.text[:2000]
        return answer

    def ask(self) -> None:
        """The form from its first to its last step, then the mailed link."""
        agreed = reach_check(self.patient, "clinic-lale") | {"adult": "y", "share_health": "y"}
        self.seen(self.patient.post("/get-quotes/check", data=agreed))
        self.seen(press(self.patient, f"{self._link('confirm')}/confirm"))

    def answer(self) -> None:
        """The clinic signs in, reads the request and quotes."""
        self.seen(self.desk.post("/account/login", data={"email": OWNER, "password": PASSWORD}))
        self.seen(self.desk.get("/dashboard/leads"), 200)
        path = f"/dashboard/leads/{self.ref}"
        page = self.seen(self.desk.get(path), 200).page
        form = next(form for form in page.all("form") if form.get("action") == f"{path}/quote")
        quote = form_fields(form) | {"sessions": "4", "price_per_session": "120", "total": "480"}
        self.seen(self.desk.post(f"{path}/quote", data=quote))

    def release(self) -> None:
        """The quote goes out when its time to undo is over."""
        with self.app.app_context():
            worker.run_timers(clock.now() + timedelta(hours=1))

    def choose(self) -> None:
        """The patient opens the mailed link, compares and chooses."""
        base = f"/my/requests/{self.ref}"
        self.seen(self.patient.get(self._link("page")))
        self.seen(self.patient.get(base), 200)
        self.seen(self.patient.get(f"{base}/compare"), 200)
        self.seen(press(self.patient, f"{base}/quotes/1/choose"))

    def _link(self, purpose: str) -> str:
        with self.app.app_context():
            request = db.session.scalars(select(QuoteRequest)).one()
            link = signed_links.issue(purpose, subject_id=request.id, lifetime=timedelta(days=1))
            db.session.commit()
            self.ref = request.ref
            return f"/q/{signed_links.token_of(link)}"
