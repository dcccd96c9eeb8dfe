"""The sample marketplace: clinics, people and requests in every state, into an empty database only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from marketplace.clinics import facets
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation.audit import log as audit_log
from marketplace.sample.clinics import give_history, load_clinics
from marketplace.sample.people import People
from marketplace.sample.stories import play_all


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
    facets.rebuild()
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
