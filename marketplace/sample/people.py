"""The sample marketplace's accounts: an operator, and an owner and a member for each clinic."""

from uuid import uuid4

from flask_security.utils import hash_password

from marketplace.accounts.actions import operator_role
from marketplace.accounts.models import Account
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import TeamRole
from marketplace.clinics.team import join_team
from marketplace.extensions import db
from marketplace.foundation import clock

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
