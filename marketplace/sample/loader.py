"""The sample marketplace: clinics, people and requests in every state, into an empty database only.

People are an operator, and an owner and a member for each clinic.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from flask_security.utils import hash_password
from sqlalchemy import select

from marketplace.accounts.actions import operator_role
from marketplace.accounts.models import Account
from marketplace.catalogue.phrases import review_as_sample
from marketplace.catalogue.queries import treatments
from marketplace.clinics import facets, market_figures
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import TeamRole
from marketplace.clinics.team import join_team
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit import log as audit_log
from marketplace.sample.clinics import give_history, load_clinics
from marketplace.sample.stories import play_all

PHRASES_REVIEWED = ("tr", "pl")  # by nobody: the sheet says so
MEMBERS = (
    "Sample Robin",
    "Sample Noor",
    "Sample Kim",
    "Sample Sacha",
    "Sample Alex",
    "Sample Mika",
    "Sample Yuri",
)


class People:
    """One password for all of them, hashed once."""

    def __init__(self, password: str) -> None:
        self._hash = hash_password(password)

    def operator(self) -> Account:
        """Makes the sample operator."""
        account = self._account("operator@sample.example", "Sample Operator")
        account.roles = [operator_role()]
        db.session.flush()
        return account

    def team(self, clinic: Clinic, *, position: int) -> Account:
        """Makes a clinic's owner and member; returns the owner."""
        owner = self._account(f"owner@{clinic.slug}.sample.example", clinic.people[0].name)
        member = self._account(f"member@{clinic.slug}.sample.example", MEMBERS[position % len(MEMBERS)])
        db.session.flush()
        join_team(clinic, owner, TeamRole.OWNER)
        join_team(clinic, member, TeamRole.MEMBER)
        return owner

    def _account(self, email: str, name: str) -> Account:
        account = Account(
            email=email,
            name=name,
            password=self._hash,
            active=True,
            fs_uniquifier=uuid4().hex,
            confirmed_at=clock.now(),
            is_sample=True,
        )
        db.session.add(account)
        return account


class SampleRefused(Exception):
    """There are clinics already: a sample never mixes with them."""


@dataclass(frozen=True)
class SampleReport:
    """What was made."""

    clinics: int
    accounts: int
    requests: int

    def __str__(self) -> str:
        return f"{self.clinics} clinics, {self.accounts} accounts, {self.requests} requests"


def has_clinics() -> bool:
    """Whether anything is there that a sample would mix with."""
    return db.session.scalar(select(Clinic.id).limit(1)) is not None


def load(password: str) -> SampleReport:
    """Loads the whole sample without a single email. Raises SampleRefused where there are clinics."""
    if has_clinics():
        raise SampleRefused("There are clinics already: the sample needs an empty database")
    people = People(password)
    with quiet():
        operator = people.operator()
        made = load_clinics(operator_id=operator.id)
        owners = {}
        for position, (clinic, _row) in enumerate(made):
            owners[clinic.slug] = people.team(clinic, position=position)
            give_history(clinic, position=position)
        requests = play_all({clinic.slug: clinic for clinic, _row in made}, owners)
    review_as_sample(treatments()[0], PHRASES_REVIEWED, on=clock.today())
    facets.rebuild()
    market_figures.recount(clock.now())
    db.session.flush()
    return SampleReport(clinics=len(made), accounts=1 + 2 * len(made), requests=requests)


@contextmanager
def quiet() -> Iterator[None]:
    """Suppresses reactions to what is recorded inside: months of stories would send their emails at once."""
    reactions = dict(audit_log.listeners)
    audit_log.listeners.update({event: () for event in reactions})
    try:
        yield
    finally:
        audit_log.listeners.update(reactions)
