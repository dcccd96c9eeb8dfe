"""Every sealed column of the database opens in its own row and column only, and as the first version wrote it."""

import os
from itertools import permutations
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from sqlalchemy import LargeBinary, select

from marketplace.aftercare.check_ins import answer_of
from marketplace.aftercare.models import CheckIn
from marketplace.aftercare.passport import SessionRecord, sessions_of
from marketplace.aftercare.price_kept import PriceAnswer, paid_of
from marketplace.extensions import db, metadata
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.security.sealed import CannotOpen, keyring
from marketplace.leads.actions import ask
from marketplace.leads.messages import messages
from marketplace.leads.models import Lead, Message
from marketplace.mail.delivery import contents
from marketplace.mail.models import Email
from marketplace.quote_requests import answer_changes
from marketplace.quote_requests.access_records import unseal
from marketplace.quote_requests.earlier_answers import EarlierAnswer
from marketplace.quote_requests.models import AccessRecord, Photo, QuoteRequest
from marketplace.quote_requests.photos import picture
from marketplace.quote_requests.queries import answers
from marketplace.quotes.models import Quote
from marketplace.quotes.terms import terms_of
from tests.factories import build_clinic, build_quote, build_request

READERS: dict[str, tuple[Any, Any]] = {
    "quote_request": (QuoteRequest, answers),
    "message": (Message, lambda message: messages(message.lead)),
    "quote": (Quote, terms_of),
    "email": (Email, contents),
    "access_record": (AccessRecord, lambda record: record.reason),
    "photo": (Photo, picture),
    "earlier_answer": (EarlierAnswer, lambda row: row.value),
    "check_in": (CheckIn, answer_of),
    "session_record": (SessionRecord, lambda row: sessions_of(row.lead)),
    "price_answer": (PriceAnswer, lambda row: paid_of(db.session.get_one(QuoteRequest, row.request_id), row)),
}
# Sealed for whom the form was given to, and forgotten with it: tests/web/test_idempotent.py.
ELSEWHERE = {"form_token"}
# How the first version named the places, {row} and {owner}: rows of then are still there.
FIRST_PLACES = {
    "quote_request.health_sealed": "health:{owner}",
    "quote_request.name_sealed": "name:{owner}",
    "quote_request.contact_sealed": "contact:{owner}",
    "quote_request.questions_sealed": "questions:{owner}",
    "message.body_sealed": "message:{row}:{owner}",
    "quote.message_sealed": "quote_message:{row}:{owner}",
    "quote.answers_sealed": "quote_answers:{row}:{owner}",
    "email.recipient_sealed": "email_to:{row}:{owner}",
    "email.text_sealed": "email_text:{row}:{owner}",
    "email.html_sealed": "email_html:{row}:{owner}",
}
# What the first version did not seal.
LATER = {
    *("access_record.reason_sealed", "photo.picture_sealed", "earlier_answer.value_sealed"),
    *("check_in.answer_sealed", "session_record.details_sealed", "price_answer.paid_sealed"),
}


class Place(NamedTuple):
    """One sealed value where it stands."""

    table: str
    column: str
    row: Any

    @property
    def value(self) -> bytes:
        return getattr(self.row, self.column)

    @property
    def owner(self) -> Any:
        """Whose data key seals it."""
        if self.table in {"access_record", "photo", "earlier_answer", "check_in"}:
            return self.row.request
        if self.table == "price_answer":
            return db.session.get_one(QuoteRequest, self.row.request_id)
        if self.table in {"message", "quote", "session_record"}:
            return self.row.lead.request
        if self.table == "email" and self.row.data_key is None:
            return db.session.get_one(QuoteRequest, self.row.request_id)
        return self.row

    def read(self) -> Any:
        """As the site does."""
        return READERS[self.table][1](self.row)


def afterwards(lead: Lead) -> None:
    """An answer to a check-in, a session of the passport, and what was paid."""
    box, of, now = lead.request.box, {"request_id": lead.request_id}, clock.now()
    check_in, session = uuid7(), uuid7()
    code = box.seal("check_in.answer_sealed", "fine", row=check_in)
    moments = {"due_at": now, "planned_at": now, "asked_at": now, "answered_at": now}
    db.session.add(CheckIn(id=check_in, **of, week=2, state="answered", answer_sealed=code, **moments))
    details = box.seal("session_record.details_sealed", {"lot": "A1"}, row=session)
    written = {"lead_id": lead.id, "number": 1, "author": "clinic", "details_sealed": details, "written_at": now}
    db.session.add(SessionRecord(id=session, **of, **written))
    said = {"answer": "more", "month": now.date().replace(day=1), "answered_at": now}
    paid = box.seal("price_answer.paid_sealed", 52000)
    db.session.add(PriceAnswer(**of, clinic_id=lead.clinic_id, paid_sealed=paid, **said))
    db.session.flush()


@pytest.fixture
def places(db_session):
    """Two requests at two clinics each, with everything that is sealed."""
    clinics = build_clinic("Clinic Lale"), build_clinic("Clinic Nar")
    for name in ("ana", "bea"):
        request = build_request(
            *clinics, email=f"{name}@patient.example", name=name, questions=[f"Why, {name}?"], photos=2
        )
        for lead in db.session.scalars(select(Lead).where(Lead.request_id == request.id)):
            ask(lead, f"How so, {name}?")
            build_quote(lead, message=f"For {name}", answers=(f"Because, {name}",))
        before = answer_changes.begin(request)
        request.trips = "1"
        answer_changes.done(request, before)
        unseal(request, actor="operator:x", reason=f"A question of {name} to us")
        afterwards(lead)
    with db_session.no_autoflush:
        yield [
            Place(table, column, row)
            for table, column in sealed_columns()
            for row in db.session.scalars(select(READERS[table][0]))
            if getattr(row, column) is not None
        ]


def sealed_columns() -> list[tuple[str, str]]:
    """Found by their name."""
    return [
        (table.name, column.name)
        for table in metadata.sorted_tables
        if table.name not in ELSEWHERE
        for column in table.c
        if column.name.endswith("_sealed") and isinstance(column.type, LargeBinary)
    ]


def opens(place: Place) -> bool:
    try:
        place.read()
    except CannotOpen:
        return False
    return True


def test_every_sealed_column_is_held_to_it(places):
    assert {(place.table, place.column) for place in places} == set(sealed_columns())
    assert {f"{table}.{column}" for table, column in sealed_columns()} == {*FIRST_PLACES, *LATER}
    assert all(opens(place) for place in places)


def test_a_swapped_value_is_refused(places):
    values = [place.value for place in places]
    swapped = permutations(range(len(places)), 2)
    wrong = []
    for here, there in swapped:
        setattr(places[here].row, places[here].column, values[there])
        if opens(places[here]):
            wrong.append((places[here][:2], places[there][:2]))
        setattr(places[here].row, places[here].column, values[here])
    assert not wrong
    assert len(values) > 40


def test_a_key_moved_with_its_values_is_refused(places):
    one, two = {place.row for place in places if place.table == "quote_request"}
    for column in ("data_key", "name_sealed", "health_sealed", "contact_sealed", "questions_sealed"):
        setattr(one, column, getattr(two, column))
    with pytest.raises(CannotOpen):
        answers(one)


def test_an_altered_value_is_refused(places):
    for place in places:
        value = place.value
        for position in range(1, len(value), 7):
            altered = value[:position] + bytes([value[position] ^ 1]) + value[position + 1 :]
            setattr(place.row, place.column, altered)
            assert not opens(place), (place.table, place.column, position)
        setattr(place.row, place.column, value)


def test_the_first_version_still_opens(places):
    places = [place for place in places if f"{place.table}.{place.column}" not in LATER]
    before = [place.read() for place in places]
    for place in places:
        nonce, key = os.urandom(12), keyring.unwrap(place.owner.data_key, owner=place.owner.id)
        name = FIRST_PLACES[f"{place.table}.{place.column}"].format(row=place.row.id, owner=place.owner.id)
        said = AESGCMSIV(key).decrypt(
            place.value[1:13], place.value[13:], f"{place.table}.{place.column}:{place.row.id}".encode()
        )
        setattr(place.row, place.column, b"\x01" + nonce + AESGCMSIV(key).encrypt(nonce, said, name.encode()))
    assert [place.read() for place in places] == before


def test_a_data_key_of_the_first_version_still_opens(places):
    for place in places:
        owner, nonce = place.owner, os.urandom(12)
        master = keyring._masters[keyring.ids[0]]
        key = keyring.unwrap(owner.data_key, owner=owner.id)
        owner.data_key = b"\x01" + nonce + AESGCMSIV(master).encrypt(nonce, key, f"data_key:{owner.id}".encode())
    assert all(opens(place) for place in places)
