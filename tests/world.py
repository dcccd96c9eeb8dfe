"""One of everything and one person of each kind, for tests that walk through all pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from flask_security.confirmable import generate_confirmation_token
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from marketplace.accounts.models import Account
from marketplace.clinics.facets import rebuild
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.leads.submission import submit
from marketplace.mail.models import Email
from marketplace.mail.suppression import ALL, Reason, Suppression, suppress
from marketplace.quote_requests import read_only_links
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.photos import SEALED, photos_of
from marketplace.quote_requests.states import RequestState
from tests.factories import (
    PASSWORD,
    build_account,
    build_clinic,
    build_draft,
    build_invitation,
    build_lead,
    build_member,
    build_quote,
    build_request,
    build_review_item,
    link_to,
)
from tests.reading import Visitor
from tests.web.patient.filling import answer, answer_until

DRAFT_PHOTO = UUID("0190e5f0-0000-7000-8000-00000000f070")
ROLES = (
    "anonymous",
    "patient",
    "other patient",
    "member",
    "owner",
    "other clinic's member",
    "suspended member",
    "operator",
)


class World:
    """Clinic A has a quoted and a fresh request; clinic B has another person's."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self.app = app
        clinic, other = build_clinic(slug="clinic-lale"), build_clinic("Clinic Nar", slug="clinic-nar")
        unsent = build_draft(clinic, email="mia@patient.example")
        submit(unsent, share_health=True, aftercare=False)
        things = {
            "clinic": clinic,
            "other": other,
            "quoted": build_quote(build_lead(clinic, photos=1)).lead.request,
            "fresh": build_lead(clinic, email="eva@patient.example", photos=1).request,
            "others": build_request(other, email="ivo@patient.example"),
            "unsent": unsent,
            "account": build_account("lost@clinic.example"),
            "colleague": build_member(clinic, email="colleague@clinic.example", role=TeamRole.MEMBER),
            "invitation": build_invitation(clinic),
            "review_item": build_review_item(clinic),
        }
        self._keys = {name: (type(thing), thing.id) for name, thing in things.items()}
        rebuild()
        self.values = self._values()
        self._keep_a_mail(folder)
        self._cookies: dict[str, str] = {"anonymous": ""}
        db.session.commit()

    def __getattr__(self, name: str) -> Any:
        """A thing by its name, as it stands in the database now."""
        kind, key = self.__dict__["_keys"][name]
        return db.session.get_one(kind, key)

    def path(self, rule: Rule) -> str:
        """The rule with what is there."""
        blueprint = rule.endpoint.partition(".")[0]
        known = {**self.values.get(blueprint, {}), **self.values.get(rule.endpoint, {})}
        with self.app.test_request_context():
            return url_for(rule.endpoint, **{name: known[name] for name in rule.arguments})

    def visit(self, role: str, path: str, **given: Any) -> TestResponse:
        """One look or one form by this person; afterwards everything is as it was."""
        self.cookie(role)
        with as_it_was():
            return self.ask(role, path, **given)

    def ask(self, role: str, path: str, **given: Any) -> TestResponse:
        """The same, and what it changed stays."""
        cookie = self.cookie(role)
        headers = {**({"Cookie": cookie} if cookie else {}), **given.pop("headers", {})}
        return Visitor(self.app, self.app.response_class, use_cookies=False).open(path, headers=headers, **given)

    def cookie(self, role: str) -> str:
        """What this person's browser holds."""
        if role not in self._cookies:
            browser = Visitor(self.app, self.app.response_class)
            getattr(self, f"_enter_{role.replace(' ', '_').replace(chr(39), '')}")(browser)
            db.session.commit()
            self._cookies[role] = "; ".join(f"{c.key}={c.value}" for c in browser._cookies.values())
        return self._cookies[role]

    def _values(self) -> dict[str, dict[str, Any]]:
        email = db.session.scalars(select(Email).where(Email.request_id == self.quoted.id).limit(1)).one()
        shared = read_only_links.make_link(self.quoted, reader="friend", with_health=False).token
        places = {"treatment": "mesotherapy", "country": "turkey", "city": "istanbul", "slug": self.clinic.slug}
        return {
            "public": places,
            "public.page": {"slug": "privacy"},
            "patient": {
                **{"ref": self.quoted.ref, "number": 1, "clinic": self.clinic.slug, "step": "treatment", "week": 2},
                "photo_id": photos_of(self.quoted)[0].id,
            },
            "patient.show_draft_photo": {"photo_id": DRAFT_PHOTO},
            "patient.show_confirmations": {"token": self.token(self.quoted, "deleted")},
            "patient.end_reader": {"link_id": read_only_links.links_of(self.quoted)[0].id},
            **{f"patient.{name}": {"token": shared} for name in ("show_shared", "show_health")},
            "patient.show_doctor": {"token": self.token(self.quoted, "passport")},
            "patient.open_with_code": {"token": self.token(self.quoted, "passport")},
            "patient.open_page": {"token": self.token(self.quoted, "page")},
            "patient.show_confirmation": {"token": self.token(self.unsent, "confirm")},
            "patient.send_request": {"token": self.token(self.unsent, "confirm")},
            "patient.change_unconfirmed": {"token": self.token(self.unsent, "confirm")},
            "dashboard": {
                "ref": self.fresh.ref,
                "photo_id": photos_of(self.fresh)[0].id,
                "account_id": self.colleague.id,
                "invitation_id": self.invitation.id,
            },
            "operator": {
                "ref": self.quoted.ref,
                "clinic_id": UUID(str(self.clinic.id)),
                "kind": "company",
                "photo_id": photos_of(self.quoted)[0].id,
                "email_id": email.id,
                "suppression_id": self._suppression(),
                "item_id": self.review_item.id,
            },
            "joining": {"token": signed_links.token_of(link_to(self.invitation))},
            "assets": {"name": self.app.jinja_env.globals["asset"]("app.css").rsplit("/", 1)[-1]},
            "dev_mail": {"n": 1},
            "mail": {"token": "x"},
            "security": {"token": "x"},
            "security.reset_password": {"token": generate_reset_password_token(self.account)},
            "security.confirm_email": {"token": generate_confirmation_token(self.account)},
        }

    def _suppression(self) -> UUID:
        suppress("gone@patient.example", reason=Reason.BOUNCE, scope=ALL)
        return db.session.scalars(select(Suppression.id)).one()

    def token(self, request: QuoteRequest, purpose: str) -> str:
        """A link as it is mailed."""
        return signed_links.token_of(signed_links.issue(purpose, subject_id=request.id, lifetime=timedelta(days=7)))

    def _keep_a_mail(self, folder: Path) -> None:
        message = EmailMessage()
        message["Subject"], message["To"], message["From"] = "Hello", "ana@patient.example", "q@meridian.example"
        message["Date"], message["Message-ID"] = "Sun, 22 Nov 2026 10:00:00 +0000", "<one@127.0.0.1>"
        message.set_content("Hello\n")
        message.add_alternative("<p>Hello</p>", subtype="html")
        (folder / "mail").mkdir()
        (folder / "mail" / "1.eml").write_bytes(message.as_bytes())

    def _enter_patient(self, browser: FlaskClient) -> None:
        browser.get(f"/q/{self.token(self.quoted, 'page')}")
        answer_until(browser, "clinics")
        answer(browser, "clinics", clinics=[self.clinic.slug])
        draft = db.session.scalars(select(QuoteRequest).where(QuoteRequest.state == RequestState.DRAFT)).one()
        sealed = draft.box.seal_bytes(SEALED, b"a photo of the draft", row=DRAFT_PHOTO)
        at = {"place": 1, "added_at": draft.last_answered_at}
        db.session.add(Photo(id=DRAFT_PHOTO, request_id=draft.id, picture_sealed=sealed, **at))

    def _enter_other_patient(self, browser: FlaskClient) -> None:
        browser.get(f"/q/{self.token(self.others, 'page')}")

    def _enter_member(self, browser: FlaskClient) -> None:
        _sign_in(browser, build_member(self.clinic, email="member@clinic.example", role=TeamRole.MEMBER))

    def _enter_owner(self, browser: FlaskClient) -> None:
        _sign_in(browser, build_member(self.clinic, email="owner@clinic.example"))

    def _enter_other_clinics_member(self, browser: FlaskClient) -> None:
        _sign_in(browser, build_member(self.other, email="member@nar.example"))

    def _enter_suspended_member(self, browser: FlaskClient) -> None:
        account = build_member(self.clinic, email="gone@clinic.example")
        _sign_in(browser, account)
        account.active = False

    def _enter_operator(self, browser: FlaskClient) -> None:
        _sign_in(browser, build_account("op@meridian.example", operator=True))


def _sign_in(browser: FlaskClient, account: Account) -> None:
    db.session.commit()
    given = browser.post("/account/login", data={"email": account.email, "password": PASSWORD})
    assert given.status_code == 303, given.status_code


@contextmanager
def as_it_was() -> Iterator[None]:
    """Whatever is committed inside is taken back."""
    db.session.commit()
    point = db.engines[None].begin_nested()  # the test's connection stands in the engine's place
    try:
        yield
    finally:
        db.session.remove()
        point.rollback()


@pytest.fixture
def world(app: Flask, db_session: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The app's mailbox is a folder of the test's own."""
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path))
    return World(app, tmp_path)


def every_rule(app: Flask) -> list[tuple[str, Rule]]:
    """Each page with each way to ask for it."""
    found = [
        (method, rule) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) & {"GET", "POST"}
    ]
    return sorted(found, key=lambda pair: (pair[1].rule, pair[0]))
