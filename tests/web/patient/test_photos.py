"""The photos question, and photos of a request that is out."""

import io
import tempfile
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.values import pictures
from marketplace.leads.models import Lead
from marketplace.leads.revoking import give, giving_text
from marketplace.leads.submission import add_clinics
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.photos import photos_of, picture
from marketplace.quote_requests.queries import consents
from marketplace.web.patient.request.photos import LaterPhotosForm
from tests.factories import Make
from tests.foundation.test_pictures import REFUSED, telling
from tests.foundation.test_pictures import picture as drawn
from tests.reading import words
from tests.web.patient.filling import answer_until, reach_check
from tests.web.patient.test_request_pages import opened

WORDS = {
    "empty": "The selected file is empty",
    "too_large": "must be smaller than 10 MB",
    "not_a_picture": "must be a JPG, PNG, HEIC or WebP",
    "too_many_pixels": "has too many pixels",
    "animated": "must be one picture",
    "damaged": "could not be read",
}


def upload(client: Any, *files: bytes, path: str = "/get-quotes/photos", **fields: Any) -> Any:
    sent = [(io.BytesIO(data), f"file-{n}.jpg") for n, data in enumerate(files, 1)]
    return client.post(path, data={**fields, "photos": sent}, content_type="multipart/form-data")


def shades(n: int) -> list[bytes]:
    return [drawn(colour=30 * number) for number in range(n)]


def images(page: Any) -> list[str]:
    return [image.get("src") for image in page.one("main").iter("img")]


@pytest.fixture
def asked(client: Any) -> Any:
    """A browser at the question."""
    answer_until(client, "you")
    return client


def test_it_may_be_skipped(asked: Any) -> None:
    page = asked.get("/get-quotes/photos").page
    assert page.h1 == "Add photos (optional)"
    links = {words(link): link.get("href") for link in page.one("main").iter("a")}
    assert "Skip photos" not in links, "Continue goes on without one"
    assert asked.get("/get-quotes/you").status_code == 200


def test_what_was_sent_is_shown_and_can_be_taken_out(asked: Any) -> None:
    assert upload(asked, *shades(2)).headers["Location"] == "/get-quotes/photos"
    page = asked.get("/get-quotes/photos").page
    assert len(images(page)) == 2
    shown = asked.get(images(page)[0])
    assert (shown.mimetype, shown.headers["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Image.open(io.BytesIO(shown.data)).size == (120, 90)
    first = page.all("button", name="remove")[0]
    assert asked.post("/get-quotes/photos", data={"remove": first.get("value")}).status_code == 303
    assert images(asked.get("/get-quotes/photos").page) == images(page)[1:]


@pytest.mark.parametrize("what", REFUSED)
def test_sp11_what_is_no_picture_is_a_422_with_a_reason(asked: Any, what: str) -> None:
    data, reason = REFUSED[what]
    answer = upload(asked, data())
    assert answer.status_code == 422
    summary = words(answer.page.one("div", role="alert"))
    assert f"file-1.jpg: The selected file {WORDS[reason].removeprefix('The selected file ')}" in summary
    assert db.session.scalar(select(Photo.id)) is None


def test_sp11_nothing_but_the_pixels_is_kept(asked: Any) -> None:
    upload(asked, telling())
    kept = picture(db.session.scalars(select(Photo)).one())
    assert not [secret for secret in (b"Jane", b"secret", b"GPS", b"xmpmeta") if secret in kept]
    stored = db.session.scalar(select(Photo.picture_sealed))
    assert b"JFIF" in kept
    assert b"JFIF" not in stored


def test_one_bad_file_loses_none_of_the_good(asked: Any) -> None:
    answer = upload(asked, shades(1)[0], b"<svg/>", b"")
    assert answer.status_code == 422
    said = [words(item) for item in answer.page.one("div", role="alert").iter("li")]
    assert [text.partition(":")[0] for text in said] == ["file-2.jpg", "file-3.jpg"]
    db.session.expire_all()
    assert len(images(asked.get("/get-quotes/photos").page)) == 1


def test_four_at_most(asked: Any) -> None:
    assert "only select up to 4 photos" in upload(asked, *shades(5)).text
    assert db.session.scalar(select(Photo.id)) is None
    upload(asked, *shades(3))
    answer = upload(asked, *shades(5)[3:])
    assert (answer.status_code, "file-2.jpg: You can only select up to 4 photos" in answer.text) == (422, True)
    page = asked.get("/get-quotes/photos").page
    assert len(images(page)) == 4
    assert not page.all("input", name="photos")


def test_nothing_selected_is_said(asked: Any) -> None:
    answer = asked.post("/get-quotes/photos", data={})
    assert (answer.status_code, "Select at least one photo" in answer.text) == (422, True)


@pytest.mark.parametrize("name", ["<b>.jpg", "a\u202egpj.exe", "x" * 500, "", "../../etc/passwd"])
def test_a_strange_name_is_text_or_left_out(asked: Any, name: str) -> None:
    sent = [(io.BytesIO(b"no picture"), name)]
    answer = asked.post("/get-quotes/photos", data={"photos": sent}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "<b>" not in answer.text
    assert "\u202e" not in answer.text
    assert "x" * 100 not in answer.text


def test_nothing_of_it_touches_a_disk(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TemporaryFile", "NamedTemporaryFile", "SpooledTemporaryFile"):
        monkeypatch.setattr(tempfile, name, None)
        monkeypatch.setattr(f"werkzeug.formparser.{name}", None, raising=False)
    large = telling() + bytes(3 * 1024 * 1024)
    assert upload(asked, large).status_code == 303


def test_a_body_larger_than_a_few_photos_is_not_read(asked: Any) -> None:
    too_much = {"CONTENT_LENGTH": str(65 * 1024 * 1024)}
    boundary = {"content_type": "multipart/form-data; boundary=x"}
    answer = asked.post("/get-quotes/photos", data=b"--x", environ_overrides=too_much, **boundary)
    assert answer.status_code == 413
    elsewhere = {"CONTENT_LENGTH": str(513 * 1024)}
    answer = asked.post("/get-quotes/you", data=b"--x", environ_overrides=elsewhere, **boundary)
    assert answer.status_code == 413


def test_while_another_upload_is_read_one_is_asked_to_try_again(asked: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(pictures, "MAX_WAIT_SECONDS", 0.01)
    with pictures.one_at_a_time():
        answer = upload(asked, *shades(2))
    assert answer.status_code == 422
    summary = words(answer.page.one("div", role="alert"))
    again = "The selected file could not be uploaded. Try again"
    assert f"file-1.jpg: {again}" in summary
    assert f"file-2.jpg: {again}" in summary


def test_a_few_files_wait_for_their_turn_once(asked: Any, monkeypatch: Any) -> None:
    turns, turn = [], pictures.one_at_a_time

    def counted() -> Any:
        turns.append(1)
        return turn()

    monkeypatch.setattr(pictures, "one_at_a_time", counted)
    assert upload(asked, *shades(3)).status_code == 303
    assert len(turns) == 1


def test_too_many_uploads_are_slowed_down(limited_app: Any) -> None:
    from tests.conftest import reader_of

    client = reader_of(limited_app)
    answer_until(client, "you")
    most = 40 * limited_app.config["LIMITS_SHARED"]
    statuses = {client.post("/get-quotes/photos", data={"remove": "x"}).status_code for _press in range(most + 1)}
    assert statuses == {303, 429}


def test_the_last_page_names_them(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    reach_check(client, clinic.slug)
    assert "photo" not in words(client.get("/get-quotes/check").page.one("label", for_="share_health"))
    upload(client, *shades(2))
    page = client.get("/get-quotes/check").page
    assert "Your health answers and photos" in page.text
    assert "sends my health answers and 2 photos to Clinic Lale (Türkiye)" in page.text


def test_a_change_leads_back_to_the_answers(client: Any, make_clinic: Make) -> None:
    reach_check(client, make_clinic().slug)
    assert upload(client, *shades(1), change="1").headers["Location"] == "/get-quotes/photos?change=1"
    assert upload(client, change="1", onward="1").headers["Location"] == "/get-quotes/check"


def test_continue_takes_a_chosen_file_along(asked: Any) -> None:
    assert upload(asked, *shades(1), onward="1").headers["Location"] == "/get-quotes/you"
    assert len(asked.get("/get-quotes/photos").page.all("img")) == 1


def test_continue_goes_on_without_one(asked: Any) -> None:
    button = next(b for b in asked.get("/get-quotes/photos").page.all("button") if b.get("name") == "onward")
    assert (words(button), button.get("data-unticked")) == ("Continue", "Skip photos")
    assert asked.get("/get-quotes/photos").page.one("input", id=button.get("data-names") or "").get("type") == "file"
    assert upload(asked, onward="1").headers["Location"] == "/get-quotes/you"


def test_continue_stays_where_a_file_was_refused(asked: Any) -> None:
    refused = upload(asked, b"no picture", *shades(1), onward="1")
    assert refused.status_code == 422
    assert len(refused.page.all("img")) == 1


def test_another_browser_sees_no_draft(asked: Any, app: Any) -> None:
    from tests.conftest import reader_of

    upload(asked, *shades(1))
    (url,) = images(asked.get("/get-quotes/photos").page)
    assert reader_of(app).get(url).status_code == 404


def page_of(client: Any, request: QuoteRequest) -> str:
    return opened(client, request) + "/answers/photos"


def test_a_photo_added_later_goes_where_the_patient_agrees(client: Any, make_request: Make) -> None:
    request = make_request()
    path = page_of(client, request)
    fields = client.get(path).page.fields()
    assert "the photos I add to Clinic Lale (Türkiye)" in client.get(path).page.text
    refused = upload(client, *shades(1), path=path, **fields)
    assert (refused.status_code, "Agree, or leave your photos out" in refused.text) == (422, True)
    assert upload(client, *shades(1), path=path, **fields, agree="y").status_code == 303
    consent = consents(request)[-1]
    assert (consent.purpose, consent.act) == ("photos", "given")
    assert "the photos I add to" in consent.text
    assert len(photos_of(request)) == 1


def test_a_clinic_added_meanwhile_is_marked_and_nothing_stored(
    client: Any, make_request: Make, make_clinic: Make
) -> None:
    request, nar = make_request(make_clinic("Clinic Lale")), make_clinic("Clinic Nar")
    path = page_of(client, request)
    fields = client.get(path).page.fields()
    add_clinics(request, [nar], share_health=True)
    db.session.commit()
    answer = upload(client, *shades(1), path=path, **fields, agree="y")
    assert answer.status_code == 409
    assert "Changed" in "".join(answer.page.one("div", id=f"fact-clinic.{nar.slug}").itertext())
    assert "agree" not in answer.page.fields()
    assert db.session.scalar(select(Photo.id)) is None
    again = upload(client, *shades(1), path=path, **answer.page.fields() | {"agree": "y"})
    assert (again.status_code, len(photos_of(request))) == (303, 1)


@pytest.mark.parametrize("shown", [None, "", "clinic.x=1"])
def test_agreeing_to_another_page_is_no_agreement(client: Any, make_request: Make, shown: str | None) -> None:
    path = page_of(client, make_request())
    said = {} if shown is None else {"shown": shown}
    assert upload(client, *shades(1), path=path, agree="y", **said).status_code == 409
    assert db.session.scalar(select(Photo.id)) is None


def test_where_nobody_reads_them_nothing_is_to_agree_to(client: Any, make_request: Make) -> None:
    request = make_request(share_health=False)
    path = page_of(client, request)
    assert "agree" not in client.get(path).page.fields()
    assert upload(client, *shades(1), path=path).status_code == 303
    (consent,) = request.consents
    assert "without my health answers" in consent.text


@pytest.mark.parametrize("state", ["open", "chosen", "closed"])
def test_a_photo_may_be_taken_back_in_any_state(client: Any, make_request: Make, state: str) -> None:
    request = make_request(photos=1)
    path = page_of(client, request)
    setattr(request, f"{state}_at", request.open_at)
    request.state = state
    (photo,) = photos_of(request)
    assert client.post(path, data={"remove": str(photo.id)}).status_code == 303
    assert not photos_of(request)


def test_none_is_added_once_a_clinic_is_chosen(client: Any, make_request: Make) -> None:
    request = make_request(share_health=False)
    path = page_of(client, request)
    request.chosen_at, request.state = request.open_at, "chosen"
    assert "Photos can be added while the request is open" in client.get(path).page.text
    db.session.commit()
    assert upload(client, *shades(1), path=path).status_code == 409


def test_the_request_shows_how_many_and_leads_there(client: Any, make_request: Make) -> None:
    base = opened(client, make_request(photos=2))
    page = client.get(base).page
    assert "2 photos" in page.text
    assert f"{base}/answers/photos" in {link.get("href") for link in page.root.iter("a")}
    assert [client.get(url).status_code for url in images(client.get(f"{base}/answers/photos").page)] == [200, 200]


def test_a_clinic_added_while_they_are_painted_is_asked_about(
    client: Any, make_request: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody read health answers when the page was shown, so it asked for nothing."""
    request = make_request(share_health=False)
    path = page_of(client, request)
    paint = LaterPhotosForm.reencode

    def meanwhile(form: LaterPhotosForm) -> Any:
        lead = db.session.scalars(select(Lead).where(Lead.request_id == request.id)).one()
        give(lead, "health", words=giving_text(lead, "health") or "")
        return paint(form)

    monkeypatch.setattr(LaterPhotosForm, "reencode", meanwhile)
    assert upload(client, *shades(1), path=path).status_code == 409
    assert db.session.scalar(select(Photo.id)) is None
