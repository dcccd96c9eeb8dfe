"""What a clinic was told before decisions were rows is a row afterwards, and again two columns after going back."""

from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from marketplace.clinics import actions
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation.audit.log import acting_as
from marketplace.foundation.database.roles import DatabaseRole, use_role
from tests.factories import build_clinic

TOLD = "SELECT kind, reasons, statement, decided_by, answer, ended_at FROM listing_decision ORDER BY kind"
COLUMNS = "SELECT listing_reason, listing_statement FROM clinic ORDER BY listing_reason"


def rows(statement: str) -> list[tuple[object, ...]]:
    use_role(DatabaseRole.WORKER)
    found = [tuple(row) for row in db.session.execute(text(statement))]
    db.session.remove()
    return found


def stored() -> None:
    """A listing that is down, one that was sent back and answered, and one that is live."""
    with acting_as("operator:1"):
        actions.suspend_listing(build_clinic("Clinic Nar"), reasons=["patient_report"], statement="Two reports.")
        actions.send_back(
            build_clinic(listing_state=ListingState.IN_REVIEW), reasons=["wording"], statement="Which one?"
        )
    build_clinic("Clinic Su")
    db.session.commit()
    db.session.remove()


def test_rows_become_columns_and_rows_again(own_app: Flask) -> None:
    with own_app.app_context():
        stored()
        before = rows(TOLD)
        downgrade(revision="0023")
        told = [("patient_report", "Two reports."), ("wording", "Which one?"), (None, None)]
        assert rows(COLUMNS) == told
        upgrade()
        assert rows(TOLD) == before
