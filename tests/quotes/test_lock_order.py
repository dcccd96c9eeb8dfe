"""Clinics before their request, everywhere: what sends to clinics or counts at them never deadlocks with a decision."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from time import sleep
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from marketplace.clinics.models import Check, Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.problems import Refused
from marketplace.leads.models import Lead
from marketplace.leads.submission import add_clinics, confirm, submit
from marketplace.quote_requests.models import Consent, QuoteRequest
from marketplace.quotes import stopping
from marketplace.quotes.choosing import choose, decline
from marketplace.quotes.models import Quote
from tests.conftest import reader_of
from tests.factories import build_clinic, build_draft, build_quote, build_request
from tests.quotes.test_two_at_once import at_once
from tests.web.patient.test_request_pages import opened, token

Verb = Callable[[], object]
Scene = Callable[[], list[Verb]]
STATEMENT = {"reasons": ["patient_report"], "statement": "Reports."}
TIMES = 4
PAUSE = 0.02  # seconds after each lock, so that two who lock in two orders meet


def _of(key: UUID) -> QuoteRequest:
    return db.session.get_one(QuoteRequest, key)


def _clinic(key: UUID) -> Clinic:
    return db.session.get_one(Clinic, key)


def _checks_end() -> object:
    """The timer that stops every clinic whose check has ended, all of them in one transaction."""
    db.session.execute(update(Check).values(expires_on=clock.today().replace(year=2020)))
    return stopping.stop_due(clock.now())


def _adding() -> list[Verb]:
    has, more = build_clinic("Clinic Lale"), build_clinic("Clinic Nar")
    build_request(more, email="other@patient.example")
    keys = build_request(has).id, more.id

    def add() -> None:
        with suppress(Refused):  # it came second
            add_clinics(_of(keys[0]), [_clinic(keys[1])], share_health=False)

    return [add, _checks_end]


def _confirming() -> list[Verb]:
    clinics = build_clinic("Clinic Lale"), build_clinic("Clinic Nar")
    request = build_draft(*clinics)
    submit(request, share_health=True, aftercare=False)
    key, keys = request.id, [clinic.id for clinic in clinics]
    return [lambda: confirm(_of(key)), *(_suspending(each) for each in keys)]


def _suspending(key: UUID) -> Verb:
    return lambda: stopping.suspend(_clinic(key), **STATEMENT)


def _frozen_rival() -> tuple[UUID, UUID]:
    """A quote of one clinic, and the suspended other that has the request too; its lead was never answered."""
    request = build_request(build_clinic("Clinic Lale"), build_clinic("Clinic Nar"))
    one, rival = db.session.scalars(select(Lead).where(Lead.request_id == request.id)).all()
    quote = build_quote(one)
    stopping.suspend(rival.clinic, **STATEMENT)
    return quote.id, rival.clinic_id


def _choosing() -> list[Verb]:
    quote, rival = _frozen_rival()
    return [lambda: choose(db.session.get_one(Quote, quote)), lambda: stopping.reinstate(_clinic(rival))]


def _declining() -> list[Verb]:
    quote = build_quote()
    key, clinic = quote.id, quote.lead.clinic_id
    stopping.suspend(quote.lead.clinic, **STATEMENT)
    return [lambda: decline(db.session.get_one(Quote, key)), lambda: stopping.reinstate(_clinic(clinic))]


SCENES: dict[str, Scene] = {"add": _adding, "confirm": _confirming, "choose": _choosing, "decline": _declining}


def _stored(app: Flask, scene: Scene) -> list[Verb]:
    with app.app_context():
        verbs = scene()
        db.session.commit()
        return verbs


@pytest.fixture
def listen(own_app: Flask) -> Iterator[Callable[[Callable[..., None]], None]]:
    """Calls back after each statement."""
    added: list[Any] = []
    with own_app.app_context():
        engine = db.engine

    def listening(call: Callable[..., None]) -> None:
        added.append(call)
        event.listen(engine, "after_cursor_execute", call)

    yield listening
    for call in added:
        event.remove(engine, "after_cursor_execute", call)


@pytest.mark.parametrize("scene", SCENES)
def test_a_decision_at_the_same_moment_never_deadlocks(own_app: Flask, listen: Any, scene: str) -> None:
    def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "FOR NO KEY UPDATE" in statement:
            sleep(PAUSE)

    listen(wait)
    for _ in range(TIMES):
        verbs = _stored(own_app, SCENES[scene])
        assert "done" in at_once(own_app, *verbs)
        with own_app.app_context():
            assert not db.session.scalars(select(Lead).join(Clinic).where(*_open_at_stopped())).all()


def _open_at_stopped() -> list[Any]:
    return [Clinic.listing_state == "suspended", Lead.state.in_(("new", "opened", "asked", "quoted"))]


@pytest.mark.parametrize("scene", SCENES)
def test_no_clinic_is_locked_after_its_request(own_app: Flask, listen: Any, scene: str) -> None:
    verb, *_others = _stored(own_app, SCENES[scene])

    def act() -> None:
        with own_app.app_context():
            verb()
            db.session.commit()

    _holds_the_order(own_app, listen, act)


def test_the_page_that_adds_clinics_locks_in_the_same_order(own_app: Flask, listen: Any) -> None:
    client = reader_of(own_app)
    with own_app.app_context():
        more, request = build_clinic("Clinic Nar"), build_request(build_clinic("Clinic Lale"))
        base, slug = opened(client, request), more.slug
    fields = client.get(f"{base}/clinics").page.fields() | {"clinics": [slug]}
    _holds_the_order(own_app, listen, lambda: client.post(f"{base}/clinics", data=fields))


def test_the_page_that_confirms_locks_in_the_same_order(own_app: Flask, listen: Any) -> None:
    client = reader_of(own_app)
    with own_app.app_context():
        request = build_draft(build_clinic())
        submit(request, share_health=True, aftercare=False)
        link = f"/q/{token(request, 'confirm')}/confirm"
        db.session.commit()
    fields = client.get(link).page.fields()
    _holds_the_order(own_app, listen, lambda: client.post(link, data=fields))


def _holds_the_order(app: Flask, listen: Any, act: Verb) -> None:
    """Every clinic that the act locks or counts at is locked before the first request."""
    locked: list[tuple[str, set[UUID]]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        table = next((table for table in ("clinic", "quote_request") if _locks(statement, table)), None)
        if table:
            locked.append((table, {value for value in parameters.values() if isinstance(value, UUID)}))

    listen(note)
    act()
    first = [table for table, _ids in locked].index("quote_request")
    before = set[UUID]().union(*(ids for _table, ids in locked[:first]))
    with app.app_context():
        clinics = set(db.session.scalars(select(Clinic.id)))
        # Those who were agreed to are found, and locked, by the request.
        agreed = set(db.session.scalars(select(Consent.clinic_id).where(Consent.request_id.in_(before))))
    before = (before | agreed) & clinics
    after = set[UUID]().union(*(ids for table, ids in locked[first:] if table == "clinic")) & clinics
    assert before
    assert after <= before


def _locks(statement: str, table: str) -> bool:
    held = f"FROM {table} " in statement.replace("\n", " ") and "FOR NO KEY UPDATE" in statement
    return held or f"UPDATE {table} " in statement
