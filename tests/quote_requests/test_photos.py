"""Photos of a request: four at most, each once, sealed."""

from uuid import uuid4

import pytest
from sqlalchemy import text, update

from marketplace.extensions import db
from marketplace.foundation.problems import NotFound, Refused, WrongState
from marketplace.leads.submission import submit
from marketplace.quote_requests import drafts, photos
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.queries import consents
from tests.factories import Make, build_draft


@pytest.fixture
def draft(db_session: object) -> QuoteRequest:
    return build_draft()


def test_what_was_added_is_read_again_in_its_order(draft: QuoteRequest) -> None:
    for jpeg in (b"one", b"two"):
        photos.add(draft, jpeg)
    assert [photos.picture(photo) for photo in photos.photos_of(draft)] == [b"one", b"two"]


def test_the_same_picture_is_kept_once(draft: QuoteRequest) -> None:
    for _press in range(3):
        photos.add(draft, b"one")
    assert len(photos.photos_of(draft)) == 1


def test_the_fifth_is_refused_until_one_is_taken_out(draft: QuoteRequest) -> None:
    for n in range(4):
        photos.add(draft, b"%d" % n)
    with pytest.raises(Refused, match="too_many"):
        photos.add(draft, b"five")
    photos.remove(draft, photos.photos_of(draft)[1].id)
    photos.add(draft, b"five")
    assert sorted(photo.place for photo in photos.photos_of(draft)) == [1, 2, 3, 4]


def test_the_database_takes_no_fifth(draft: QuoteRequest) -> None:
    photos.add(draft, b"one")
    with pytest.raises(Exception, match="ck_photo_four_at_most"), db.session.begin_nested():
        db.session.execute(update(Photo).values(place=5))


def test_the_database_gives_a_place_once(draft: QuoteRequest) -> None:
    photos.add(draft, b"one")
    copied = text("INSERT INTO photo SELECT gen_random_uuid(), request_id, place, picture_sealed, added_at FROM photo")
    with pytest.raises(Exception, match="uq_photo_request_id_place"), db.session.begin_nested():
        db.session.execute(copied)


def test_anothers_photo_is_not_found_nor_taken_out(draft: QuoteRequest) -> None:
    other = build_draft(email="bea@patient.example")
    photos.add(other, b"one")
    (theirs,) = photos.photos_of(other)
    with pytest.raises(NotFound):
        photos.photo_of(draft, theirs.id)
    photos.remove(draft, theirs.id)
    photos.remove(draft, uuid4())
    assert photos.photos_of(other)


def test_once_it_is_sent_a_draft_takes_none(draft: QuoteRequest) -> None:
    submit(draft, share_health=True, aftercare=False)
    with pytest.raises(WrongState):
        drafts.begin(draft)


def test_consent_says_how_many_go_along(make_request: Make) -> None:
    *_, one = consents(make_request(photos=1))
    *_, two = consents(make_request(photos=2, email="bea@patient.example"))
    (none,) = consents(make_request(photos=2, share_health=False, email="eva@patient.example"))
    assert "my health answers and 1 photo to Clinic" in one.text
    assert "my health answers and 2 photos to Clinic" in two.text
    assert (one.purpose, two.purpose, none.purpose) == ("photos", "photos", "request")
    assert "without my health answers and photos to Clinic" in none.text
