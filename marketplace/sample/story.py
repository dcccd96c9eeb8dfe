"""One sample request on its way: whose turn it is, and at which moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import acting_as
from marketplace.leads.models import Lead
from marketplace.quote_requests.models import QuoteRequest

FORGOTTEN = 95  # days: longer than a request stays open


@dataclass
class Story:
    """One request on its way, and the moment it has come to."""

    row: dict[str, Any]
    clinics: dict[str, Clinic]
    owners: dict[str, Account]
    latest: datetime
    now: datetime = field(init=False)
    request: QuoteRequest = field(init=False)

    def __post_init__(self) -> None:
        days = FORGOTTEN if self.row["story"] == "expired" else self.row["days_ago"]
        self.now = self.latest - timedelta(days=days, minutes=40)

    @contextmanager
    def after(self, actor: str = "patient", **passed: float) -> Iterator[None]:
        """Acts as the actor after that time has passed, but never in the future."""
        self.now = min(self.now + timedelta(**passed), self.latest)
        with clock.set_to(self.now), acting_as(actor):
            yield

    @property
    def leads(self) -> list[Lead]:
        """Returns the leads in the order in which the person named the clinics."""
        order = self.row["clinics"]
        found = db.session.scalars(select(Lead).where(Lead.request_id == self.request.id))
        return sorted(found, key=lambda lead: order.index(lead.clinic.slug))

    def member(self, lead: Lead) -> str:
        """Returns the actor of the clinic."""
        return f"member:{self.owners[lead.clinic.slug].id}"
