"""What was read beside the request becomes part of its session; what that has already stays as it is."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from marketplace.clinics.models import Clinic, Membership
from marketplace.extensions import db
from marketplace.foundation.database.transactions import adopt, statements
from tests.factories import Make
from tests.statements import statements_of


def read_beside() -> Membership:
    with statements() as connection, Session(connection) as apart:
        return apart.scalars(select(Membership).options(joinedload(Membership.clinic))).one()


def test_an_adopted_row_and_what_was_loaded_of_it_are_not_read_again(app, make_clinic: Make, make_member: Make) -> None:
    make_member(make_clinic("Clinic Lale"))
    found = read_beside()
    db.session.expunge_all()
    with statements_of(db.engine) as sent:
        adopted = adopt(found)
        assert (adopted.clinic.name, adopted in db.session, adopted.clinic in db.session) == ("Clinic Lale", True, True)
        assert db.session.get(Clinic, adopted.clinic_id) is adopted.clinic
    assert sent == []


def test_what_the_session_has_already_is_kept(app, make_clinic: Make, make_member: Make) -> None:
    clinic = make_clinic("Clinic Lale")
    make_member(clinic)
    found = read_beside()
    with db.session.no_autoflush:
        clinic.name = "Clinic Nar"
        assert adopt(found).clinic is clinic
        assert clinic.name == "Clinic Nar"
    db.session.expire(clinic)
