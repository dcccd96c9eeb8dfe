"""Many emails, a real worker and a server that is away or refuses: what becomes of each."""

import itertools
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail import delivery, outbox, smtp_outcomes, transport
from marketplace.mail.message import SevenBitMessage
from marketplace.mail.models import Email
from marketplace.mail.smtp_outcomes import Outcome
from marketplace.processes.mailbox import free_port
from tests.conftest import reader_of
from tests.factories import PASSWORD, build_account
from tests.mail.sink import Sink
from tests.working import work_off

CONTEXT = {"within": ""}


class Draining:
    """Emails in the outbox of an app with real commits, and the worker that sends them.

    `faster` divides every wait: a minute of the real thing becomes a second with 60.
    """

    def __init__(self, app: Flask, monkeypatch: pytest.MonkeyPatch, *, faster: float) -> None:
        self.app, self.port = app, free_port()
        self.attempts: dict[UUID, list[datetime]] = defaultdict(list)
        self.asked_for: dict[UUID, list[timedelta]] = defaultdict(list)
        for name, value in {"server": "127.0.0.1", "port": self.port, "suppress": False}.items():
            monkeypatch.setattr(app.extensions["mail"], name, value)
        monkeypatch.setattr(transport, "TIMEOUT", 5.0)
        for name in ("FIRST_PAUSE", "MAX_PAUSE", "MIN_PAUSE_AFTER_UNCLEAR"):
            monkeypatch.setattr(smtp_outcomes, name, getattr(smtp_outcomes, name) / faster)
        self._watch(monkeypatch)

    def _watch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        hand_over, note_failure = delivery.hand_over, delivery.note_failure

        def handed_over(message: SevenBitMessage) -> Outcome | None:
            self.attempts[UUID(message.msgId[1:37])].append(clock.now())
            return hand_over(message)

        def failed(email: Email, outcome: Outcome) -> datetime | None:
            retry_at = note_failure(email, outcome)
            if retry_at is not None:
                self.asked_for[email.id].append(retry_at - clock.now())
            return retry_at

        monkeypatch.setattr(delivery, "hand_over", handed_over)
        monkeypatch.setattr(delivery, "note_failure", failed)

    def put(self, n: int, *, bouncing: int = 0) -> None:
        """So many, of which some go to addresses nobody has."""
        with self.app.app_context():
            for number in range(n):
                to = f"{'bounce' if number < bouncing else 'p'}{number}@patient.example"
                outbox.put("account_password_changed", to=to, audience="account", context=CONTEXT)
            db.session.commit()

    def up(self, mode: str = "ok") -> Sink:
        """The server comes up where it was looked for."""
        sink = Sink(port=self.port)
        sink.mode = mode
        sink.start()
        return sink

    def work(self, *, seconds: float) -> bool:
        """The worker runs until nothing waits, or so long; whether nothing waits."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            work_off(self.app)
            if not self.states()["waiting"]:
                return True
            time.sleep(0.02)
        return False

    def states(self) -> Counter[str]:
        """How many emails are in each state."""
        with self.app.app_context():
            counted = db.session.execute(select(Email.state, func.count()).group_by(Email.state)).all()
            return Counter({str(state): n for state, n in counted})

    def rows(self, state: str) -> list[Email]:
        """The emails in that state."""
        with self.app.app_context():
            return list(db.session.scalars(select(Email).where(Email.state == state)))

    def gaps_grow(self) -> bool:
        """Each wait asked for is longer than the one before, and none was cut short."""
        for email_id, asked in self.asked_for.items():
            real = [later - earlier for earlier, later in itertools.pairwise(self.attempts[email_id])]
            grows = all(later > earlier for earlier, later in itertools.pairwise(asked))
            kept = all(gap >= wait - timedelta(milliseconds=50) for gap, wait in zip(real, asked, strict=False))
            if not (grows and kept):
                return False
        return bool(self.asked_for)


def shown_to_operators(app: Flask) -> int:
    """Failed emails on the operators' page."""
    with app.app_context():
        build_account("op@meridian.example", operator=True)
        db.session.commit()
    browser = reader_of(app)
    browser.post("/account/login", data={"email": "op@meridian.example", "password": PASSWORD})
    return len(browser.get("/operator/emails?state=failed").page.all("span", data_state="failed"))
