"""A journey with a marker wherever a person can leave something, and a record of all that was shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import select, text

from marketplace import worker
from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import signed_links
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import build_account, build_clinic, build_member
from tests.foundation.test_pictures import picture
from tests.mail.sending import send
from tests.mail.sink import Sink
from tests.reading import Reader, form_fields
from tests.working import work_off

# What is planted, each as the words that are looked for.
MARKERS: dict[str, tuple[str, ...]] = {
    "name": ("zyanya", "quokka"),
    "email": ("zy.person@",),
    "phone": ("7946 0999", "79460999"),
    "health": ("reacted to latex",),
    "question": ("zircon vial",),
    "camera": ("quokkacam",),
    "own price": ("73119", "731.19"),
    "message": ("zebra message",),
    "problem": ("zwieback message",),
    "check-in": ("lump",),
    "clinic's words": ("zirkel words",),
    "notes": ("zinnober note",),
    "lot": ("lotzx81",),
    "paid": ("77713", "777.13"),
}
PEOPLE = {
    "clinic": "lale@clinic.example",
    "other clinic": "nar@clinic.example",
    "clinic not asked": "gul@clinic.example",
    "operator": "op@meridian.example",
}
TYPED = {
    "you": {
        **{"name": "Zyanya Quokka", "email": "zy.person@patient.example", "phone": "+44 20 7946 0999"},
        **{"questions": "Is the zircon vial opened?", "languages": ["en"]},
    },
    "health": {"conditions": ["allergy"], "details": "reacted to latex gloves"},
}


def telling_photo() -> bytes:
    """A picture that says where, by which camera and of whom it was taken."""
    exif = Image.Exif()
    exif[0x010F], exif[0x010E] = "Quokkacam", "Zyanya Quokka"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (52.0, 22.0, 12.0), "E", (4.0, 53.0, 0.0)
    return picture(exif=exif)


@dataclass
class Shown:
    """One answer of the site, to whom and where."""

    role: str
    path: str
    status: int
    location: str
    body: bytes
    kind: str
    headers: str


@dataclass
class Marked:
    """The people of the story, a worker, a mailbox, and what they were shown."""

    app: Flask
    sink: Sink
    shown: list[Shown] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    at: Any = None

    def __post_init__(self) -> None:
        self.browsers: dict[str, Any] = {}
        with self.app.app_context():
            for name in ("Lale", "Nar", "Gul"):
                clinic = build_clinic(f"Clinic {name}", slug=f"clinic-{name.lower()}")
                build_member(clinic, email=f"{name.lower()}@clinic.example")
            build_account("op@meridian.example", operator=True)
            facets.rebuild()
            db.session.commit()

    def browser(self, role: str) -> Any:
        """The browser of this person, whose every answer is recorded."""
        if role not in self.browsers:
            self.browsers[role] = Recorder(self.app, self.app.response_class, role=role, shown=self.shown)
        return self.browsers[role]

    @contextmanager
    def later(self, **span: int) -> Iterator[None]:
        """The clock of the site, so much later; what is due by then is done first."""
        self.at = clock.now() + timedelta(**span)
        with self.app.app_context():
            worker.run_timers(self.at)
        self.work()
        with clock.set_to(self.at):
            yield
        self.work()

    def work(self) -> None:
        """The worker does what is due; mail that waits for the morning goes too."""
        with self.app.app_context():
            rows = db.session.execute(text("SELECT job::text FROM procrastinate_jobs AS job"))
            self.jobs += [row for (row,) in rows]
        work_off(self.app)
        with self.app.app_context():
            for email in db.session.scalars(select(Email).where(Email.state == "waiting")).all():
                send(email)
                db.session.commit()

    def link(self, purpose: str) -> str:
        """The mailed link, made at the moment of the site's clock."""
        with self.app.app_context():
            request = db.session.scalars(select(QuoteRequest).where(QuoteRequest.state != "draft")).one()
            link = signed_links.issue(purpose, subject_id=request.id, lifetime=timedelta(days=1))
            db.session.commit()
            self.ref = request.ref
            return f"/q/{signed_links.token_of(link)}"

    def submit(self, role: str, path: str, *, page: str = "", **changes: Any) -> Any:
        """The form that goes to this path, on its own page or another, with these values."""
        browser = self.browser(role)
        forms = browser.get(page or path).page.all("form", method="post")
        form = next(form for form in forms if form.get("action", path) in {path, path.partition("?")[0]})
        answer = browser.post(path, data=form_fields(form) | changes)
        assert answer.status_code == 303, (path, answer.status_code, answer.text[-3000:])
        return answer


class Recorder(Reader):
    """A browser that keeps what it was shown."""

    def __init__(self, *given: Any, role: str, shown: list[Shown]) -> None:
        super().__init__(*given)
        self.role, self.shown = role, shown

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Asks, and records the answer."""
        answer = super().open(*args, **kwargs)
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie")
        place = answer.headers.get("Location", "")
        path = answer.request.path + (f"?{answer.request.query_string.decode()}" if answer.request.query_string else "")
        self.shown.append(
            Shown(self.role, path, answer.status_code, place, answer.data, answer.mimetype or "", headers)
        )
        return answer
