"""What patient and clinic do to a played request by its pages: what they offer is done, and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from xml.etree.ElementTree import Element

from flask import current_app
from hypothesis import strategies as st
from hypothesis.stateful import rule

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from tests.conftest import reader_of
from tests.factories import PASSWORD
from tests.quotes.playing import WHICH, Playing
from tests.reading import Page, form_fields

ANY = st.integers(0, 20)
# These end the request or forget the browser; they are rules of their own.
ENDS = ("/delete", "/close", "/my/leave")
OF_A_QUOTE = ("quotes/1/choose", "quotes/2/choose", "quotes/1/decline", "quotes/2/decline", "quotes/1/undo")
OF_A_REQUEST = ("close", "keep", "kept", "after", "after/2", "after/2/tell", "clinics", "readers", "pause")
TYPED = {"body": "A word.", "answer": "fine", "kept": "yes", "reader": "friend", "to": "paused"}


def forms_of(page: Page, path: str, *, under: str) -> list[tuple[str, Element]]:
    """The forms of a page that are sent as they stand, each with where it goes."""
    found = [(form.get("action") or path, form) for form in page.all("form") if form.get("method") == "post"]
    return [(to, form) for to, form in found if to.startswith(under) and "multipart" not in form.get("enctype", "")]


def filled(form: Element, *, day: str, button: int = 0) -> dict[str, Any]:
    """What a browser sends where each empty field is answered with the first that comes to mind."""
    sent: dict[str, Any] = form_fields(form)
    for area in form.iter("textarea"):
        sent[str(area.get("name"))] = sent.get(str(area.get("name")), [""])[0] or "A word."
    for field in form.iter("input"):
        name, kind = str(field.get("name")), field.get("type")
        if kind == "radio" or name == "clinics":
            sent.setdefault(name, [field.get("value")])
        elif "_on" in name and not any(sent.get(name, [])):
            sent[name] = day
    buttons = [one for one in form.iter("button") if one.get("name")]
    if buttons:
        pressed = buttons[button % len(buttons)]
        sent[str(pressed.get("name"))] = pressed.get("value")
    return sent


class PlayedPages(Playing):
    """Rules that press what a page shows."""

    def __init__(self) -> None:
        super().__init__()
        self.patient: Any = reader_of(current_app._get_current_object())  # type: ignore[attr-defined]
        self.base = f"/my/requests/{self.request.ref}"

    def shown(self, path: str) -> Any:
        """A page of the patient's; the mailed link opens it anew where its time is over."""
        answer = self.patient.get(path)
        if answer.status_code == 404:
            link = signed_links.issue("page", subject_id=self.request.id, lifetime=timedelta(days=7))
            db.session.commit()
            self.patient.get(f"/q/{signed_links.token_of(link)}")
            answer = self.patient.get(path)
        db.session.expire_all()
        return answer

    def send(self, browser: Any, to: str, form: Element | Mapping[str, Any], button: int = 0) -> Any:
        """One press, and the mails that follow."""
        day = clock.today().isoformat()
        answer = browser.post(to, data=form if isinstance(form, Mapping) else filled(form, day=day, button=button))
        db.session.expire_all()
        self.read_mail()
        return answer

    @rule(link=ANY, form=ANY, button=ANY)
    def press(self, link: int, form: int, button: int) -> None:
        """A link of the request's page leads to a page, and a form there is accepted."""
        if self.is_over:
            return
        with clock.set_to(self.at):
            paths = [a.get("href", "") for a in self.shown(self.base).page.all("a")]
            paths = [self.base, *sorted({path for path in paths if path.startswith(self.base + "/")})]
            path = paths[link % len(paths)]
            answer = self.shown(path)
            assert answer.status_code in {200, 302, 303}, (path, answer.status_code)
            if answer.mimetype == "text/html" and answer.status_code == 200:
                forms = forms_of(answer.page, path, under=self.base)
                self.press_one([(to, one) for to, one in forms if not to.endswith(ENDS)], form, button)

    def press_one(self, forms: Sequence[tuple[str, Element]], form: int, button: int) -> None:
        if forms:
            to, chosen = forms[form % len(forms)]
            answer = self.send(self.patient, to, chosen, button)
            assert answer.status_code == 303, (to, answer.status_code, answer.page.text[:600], self.states())

    @rule(path=st.sampled_from(OF_A_QUOTE + OF_A_REQUEST), n=WHICH)
    def force(self, path: str, n: int) -> None:
        """What a page offers is accepted, and what none offers is refused and changes nothing."""
        if self.is_over:
            return
        with clock.set_to(self.at):
            to = f"{self.base}/{path}"
            pages = [self.shown(self.base), self.shown(to), self.shown(to.rpartition("/")[0])]
            html = [page.page for page in pages if page.mimetype == "text/html" and page.status_code == 200]
            forms = [form for page in html for at, form in forms_of(page, to, under=to) if at == to]
            before = self.states()
            if forms and to.endswith(ENDS):
                return
            if forms:
                answer = self.send(self.patient, to, forms[0])
                assert answer.status_code == 303, (to, answer.status_code, answer.page.text[:600], before)
            else:
                answer = self.send(self.patient, to, {**TYPED, "first_session_on": clock.today().isoformat()})
                assert answer.status_code in {404, 405, 409, 422}, (to, answer.status_code, before)
                assert self.states() == before, to

    @rule(n=WHICH, form=ANY, button=ANY)
    def press_at_desk(self, n: int, form: int, button: int) -> None:
        """A member signs in; what the page of the lead offers is accepted."""
        lead = self.lead(n)
        with clock.set_to(self.at):
            desk: Any = reader_of(current_app._get_current_object())  # type: ignore[attr-defined]
            email = f"desk{self.clinics.index(lead.clinic)}@clinic.example"
            desk.post("/account/login", data={"email": email, "password": PASSWORD})
            path = f"/dashboard/leads/{self.request.ref}"
            answer = desk.get(path)
            db.session.expire_all()
            if answer.status_code != 200:
                return
            forms = forms_of(answer.page, path, under=path)
            if forms:
                to, chosen = forms[form % len(forms)]
                sent = self.send(desk, to, chosen, button)
                assert sent.status_code == 303, (to, sent.status_code, sent.page.text[:900], self.states())
