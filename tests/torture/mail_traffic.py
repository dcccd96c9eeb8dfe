"""Requests whose people ask for their link again and again: each ask is a real form post and one email."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
from sqlalchemy import select

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from tests.factories import build_request
from tests.torture.mailbox import Accepted, copies
from tests.torture.poster import Poster
from tests.torture.real_site import RealSite

ASKS_EACH = 3  # an address that asks more often within an hour is not written to


class Traffic:
    """Confirmed requests, and who asked how often and was answered 303."""

    def __init__(self, site: RealSite, *, emails: int) -> None:
        self._site = site
        self.acknowledged: dict[str, int] = {}
        self._addresses = [f"p{n:05}@patient.example" for n in range(-(-emails // ASKS_EACH))]
        self._asks = iter([address for _ in range(ASKS_EACH) for address in self._addresses][:emails])
        with site.inside():
            clinic = db.session.scalars(select(Clinic).where(Clinic.slug == "clinic-lale")).one()
            clinic.daily_capacity = clinic.weekly_capacity = 2 * emails
            db.session.flush()
            for address in self._addresses:
                build_request(clinic, email=address)
                db.session.commit()

    def ask(self, times: int, *, at_once: int = 4) -> None:
        """That many of the asks that are left, each posted once."""
        wanted = [address for _, address in zip(range(times), self._asks, strict=False)]
        with ThreadPoolExecutor(at_once) as pool:
            for address, status in zip(wanted, pool.map(self._post, wanted), strict=True):
                if status == 303:
                    self.acknowledged[address] = self.acknowledged.get(address, 0) + 1

    def _post(self, address: str) -> int:
        poster = Poster(self._site.port)
        return poster.send("/my/link", {**poster.get("/my/link").tokens(), "email": address}).status

    @property
    def sent(self) -> int:
        """Acknowledged asks."""
        return sum(self.acknowledged.values())

    def arrived(self) -> list[Accepted]:
        """Copies included."""
        return [email for email in self._site.mailbox.accepted() if email.to in self.acknowledged]

    def lost(self) -> int:
        """Acknowledged asks without an email: a copy has its original's Message-ID and counts once."""
        return self.sent - len(copies(self.arrived()))

    def duplicates(self) -> int:
        """Emails that came again."""
        return len(self.arrived()) - len(copies(self.arrived()))

    def drained_within(self, *, seconds: float) -> bool:
        """Nothing waits and nothing is in hand any more; a database that is away is asked again."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(psycopg.OperationalError):
                if self._site.waiting() == 0:
                    return True
            time.sleep(0.2)
        return False
