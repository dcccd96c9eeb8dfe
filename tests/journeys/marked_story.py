"""The journey with a marker in every place, from the reader's own price to the passport that a doctor opens."""

import io
from typing import Any

from marketplace.foundation import clock
from tests.factories import PASSWORD
from tests.journeys.marked import PEOPLE, TYPED, Marked, telling_photo
from tests.reading import form_fields, words
from tests.web.patient.filling import answer, answer_until


def sign_in(story: Marked, role: str) -> Any:
    """The browser of a member or an operator, signed in."""
    story.browser(role).post("/account/login", data={"email": PEOPLE[role], "password": PASSWORD})
    return story.browser(role)


def ask(story: Marked) -> None:
    """Own price, form with photo, the mailed link."""
    patient = story.browser("patient")
    patient.get("/treatments/mesotherapy/cost?home=de&currency=EUR&sessions=4&own=731.19")
    story.submit("patient", "/own-prices?country=de", procedure="facial", sessions="4", amount="731.19")
    answer_until(patient, "clinics", **TYPED)
    photo = {"photos": [(io.BytesIO(telling_photo()), "Zyanya Quokka.jpg")]}
    patient.post("/get-quotes/photos", data=photo, content_type="multipart/form-data")
    patient.get("/get-quotes/photos")
    answer(patient, "clinics", clinics=["clinic-lale", "clinic-nar"])
    story.submit("patient", "/get-quotes/check", adult="y", share_health="y", aftercare="y")
    story.work()
    story.submit("patient", f"{story.link('confirm')}/confirm")
    story.work()


def quote(story: Marked, role: str) -> None:
    """A clinic reads the request with its photo, and quotes."""
    desk = sign_in(story, role)
    path = f"/dashboard/leads/{story.ref}"
    page = desk.get(path).page
    for image in page.all("img"):
        if "/photos/" in image.get("src", ""):
            desk.get(image.get("src"))
    form = next(form for form in page.all("form") if form.get("action") == f"{path}/quote")
    given = {
        "message": "With zirkel words",
        "sessions": "4",
        "price_per_session": "120",
        "total": "480",
        "answers-1": "zirkel words",
    }
    sent = desk.post(f"{path}/quote", data=form_fields(form) | given)
    assert sent.status_code == 303, sent.text[-3000:]


def decide(story: Marked) -> None:
    """Reads, compares with an own price, writes, edits, shows the quotes to others, takes back, and chooses."""
    patient, base = story.browser("patient"), f"/my/requests/{story.ref}"
    patient.get(story.link("page"))
    patient.get(f"{base}/compare?own=731.19&fare=100")
    patient.get(f"{base}/clinics")
    story.submit("patient", f"{base}/messages/clinic-lale", body="A zebra message")
    story.submit("patient", f"{base}/answers/you", phone="+44 20 7946 0999", questions="Is the zircon vial sealed?")
    story.submit("patient", f"{base}/answers/health", details="reacted to latex and more")
    for reader in ("friend", "doctor"):
        more = {"with_health": "y"} if reader == "doctor" else {}
        story.submit("patient", f"{base}/readers", reader=reader, **more)
        codes = [code.text or "" for code in patient.get(f"{base}/readers").page.all("code")]
        path = codes[0].removeprefix("http://127.0.0.1:8000")
        story.browser(reader).get(path)
        if len(codes) > 1:
            story.browser(reader).post(path, data={"code": codes[1]})
    story.submit("patient", f"{base}/sharing/clinic-nar/revoke", what="health")
    story.submit("patient", f"{base}/quotes/1/choose")
    story.work()


def afterwards(story: Marked) -> None:
    """Check-in with a problem, its answer, the price, the passport from both sides and the doctor who opens it."""
    patient, base = story.browser("patient"), f"/my/requests/{story.ref}"
    with story.later(hours=49):
        patient.get(story.link("page"))
        story.submit("patient", f"{base}/after", first_session_on=clock.today().isoformat())
    with story.later(days=17):
        patient.get(story.link("page"))
        patient.post(f"{base}/after/2", data={"answer": "lump"})
        story.submit("patient", f"{base}/after/2/tell", page=f"{base}/after/2", body="A zwieback message")
        story.submit("patient", f"{base}/kept", kept="more", paid="777.13")
        session = {"day": clock.today().isoformat(), "lot": "LOTZX81", "note": "A zinnober note"}
        story.submit("patient", f"{base}/passport/1", **session)
        lead = f"/dashboard/leads/{story.ref}"
        sign_in(story, "clinic")
        story.submit("clinic", f"{lead}/passport", **session, points="zirkel words")
        story.submit("clinic", f"{lead}/reply", page=lead, body="zirkel words, come in")
        story.submit("patient", f"{base}/passport/code", page=f"{base}/passport")
        address, code = [
            words(bdi)
            for bdi in patient.get(f"{base}/passport").page.one("section", aria_labelledby="code").iter("bdi")
        ]
        story.submit("doctor", address.removeprefix("http://127.0.0.1:8000"), code=code)
        story.browser("doctor").get(address.removeprefix("http://127.0.0.1:8000"))


def delete(story: Marked) -> None:
    """Deletes everything, and lets the worker do its part."""
    with story.later(days=17, hours=2):
        story.browser("patient").get(story.link("page"))
        story.submit("patient", f"/my/requests/{story.ref}/delete")
    with story.later(days=17, hours=3):
        pass
