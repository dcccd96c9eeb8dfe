"""People who ask for quotes by the real forms, and try again when the site says it will be back."""

import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tests.torture.poster import Answer, Poster
from tests.torture.real_site import Observed

CLINIC = re.compile(r'name="clinics"[^>]*value="([a-z0-9-]+)"|value="([a-z0-9-]+)"[^>]*name="clinics"')
ANSWERS: dict[str, dict[str, str | list[str]]] = {
    "treatment": {"procedure": "facial"},
    "where": {"home_country": "GB", "destinations": "TR"},
    "when": {"timing": "quarter", "trips": "2"},
    "budget": {"currency": "GBP"},
    "health": {"conditions": "none"},
}
AGAIN_AFTER = 0.2  # seconds; sooner than the site asks for, so that its return is seen


class GaveUp(Exception):
    """The time was over, or the answer was none a person can do anything about."""


@dataclass
class Person:
    """One address, one request; what the site acknowledged with a 303."""

    site: Observed
    address: str
    until: float
    sent: bool = False
    confirmed: bool = False
    refused: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.poster: Poster = self.site.poster()

    def ask_for_quotes(self) -> None:
        """The whole form, then the mailed link. Raises GaveUp."""
        self._fill("/get-quotes")
        for step, answers in ANSWERS.items():
            self._fill(f"/get-quotes/{step}", **answers)
        self._fill("/get-quotes/you", name="Sample Kim", email=self.address, languages="en")
        page = self._get("/get-quotes/clinics")
        first, second = CLINIC.findall(page.text)[0]
        self._send("/get-quotes/clinics", page.tokens() | {"clinics": first or second})
        self._fill("/get-quotes/check", adult="y")
        self.sent = True
        self._fill(self._link())
        self.confirmed = True

    def _link(self) -> str:
        while time.time() < self.until:
            for email in self.site.mailbox.accepted(to=self.address):
                for link in email.links:
                    if link.endswith("/confirm"):
                        return urlsplit(link).path
            time.sleep(0.5)
        raise GaveUp("no email")

    def _fill(self, path: str, **fields: str | list[str]) -> None:
        self._send(path, {**self._get(path).tokens(), **fields})

    def _get(self, path: str) -> Answer:
        return self._until(200, lambda: self.poster.get(path))

    def _send(self, path: str, fields: dict[str, str | list[str]]) -> Answer:
        """A page that changed meanwhile is read and sent as it is now."""
        form = dict(fields)

        def send() -> Answer:
            answer = self.poster.send(path, form)
            seen_anew = answer.tokens() if answer.status == 409 else {}
            form.update(seen_anew)
            return Answer(0) if "shown" in seen_anew else answer

        return self._until(303, send)

    def _until(self, wanted: int, ask) -> Answer:
        while time.time() < self.until:
            answer: Answer = ask()
            if answer.status == wanted:
                return answer
            if answer.status not in (0, 503):
                self.refused.append(answer)
                raise GaveUp(str(answer.status))
            time.sleep(AGAIN_AFTER)
        raise GaveUp("no time left")


class Crowd:
    """People in as many threads, each new one as the last has done, until the time is over."""

    def __init__(self, site: Observed, *, at_once: int, seconds: float) -> None:
        self.people: list[Person] = []
        self._site, self._until = site, time.time() + seconds
        self._numbers = iter(range(10**6))
        self._threads = [threading.Thread(target=self._come, daemon=True) for _ in range(at_once)]
        for thread in self._threads:
            thread.start()

    def _come(self) -> None:
        while time.time() < self._until:
            person = Person(self._site, f"p{next(self._numbers):05}@patient.example", self._until)
            self.people.append(person)
            try:
                person.ask_for_quotes()
            except GaveUp:
                continue

    def wait(self) -> list[Person]:
        """Everybody has done or given up."""
        for thread in self._threads:
            thread.join(120)
        assert not [thread for thread in self._threads if thread.is_alive()]
        return self.people

    def answers(self) -> list[Answer]:
        """Of all, in the order of their asking."""
        every = [answer for person in self.people for answer in person.poster.answers]
        return sorted(every, key=lambda answer: answer.began)


def recovery(asked: list[Answer], up: float) -> float:
    """Seconds from `up` to the moment from which on 99 of 100 answers are good."""
    later = [answer for answer in asked if answer.began >= up]
    bad, moment = sum(answer.status == 503 for answer in later), up
    for left, answer in zip(range(len(later), 0, -1), later, strict=True):
        if bad <= 0.01 * left:
            break
        bad -= answer.status == 503
        moment = answer.ended
    return moment - up


def away_for(asked: list[Answer]) -> float:
    """Seconds from the first 503 to the last."""
    away = [answer for answer in asked if answer.status == 503]
    return away[-1].ended - away[0].began if away else 0.0


def open_the_clinics(site: Observed) -> None:
    """So many people would fill them in a minute."""
    site.ask("UPDATE clinic SET daily_capacity = 100000, weekly_capacity = 100000")
