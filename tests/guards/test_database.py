"""What the database itself refuses, whatever the code does."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import CheckConstraint, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from marketplace.clinics.models import Clinic
from marketplace.extensions import db, metadata
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.quotes.states import QuoteState
from tests.factories import Make


def refused(statement: str, **values: object) -> str:
    with pytest.raises(DBAPIError) as error, db.session.begin_nested():
        db.session.execute(text(statement), values)
    return str(error.value.orig)


def test_models_equal_migrations(db_session: object) -> None:
    inspector = inspect(db.engine if not hasattr(db.engines[None], "begin_nested") else db.engines[None])
    for table in metadata.sorted_tables:
        names = {column["name"] for column in inspector.get_columns(table.name)}
        assert names == set(table.columns.keys()), table.name


CHECKS = "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'"


def test_the_checks_of_the_models_are_those_of_the_migrations(db_session: object) -> None:
    made = {(table, name): codes(words) for table, name, words in db.session.execute(text(CHECKS))}
    meant = {
        (table.name, str(check.name)): codes(str(check.sqltext))
        for table in metadata.sorted_tables
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    differing = {key for key in meant.keys() | made.keys() if meant.get(key) != made.get(key)}
    ours = {key for key in differing if key[0] in metadata.tables}
    assert ours == set(), "no migration drops and makes it anew: see docs/howto/code.md"


def codes(check: str) -> set[str]:
    """What a CHECK names in quotes."""
    return set(re.findall(r"'(\w+)'", check))


def test_a_code_that_no_migration_knows_is_found() -> None:
    assert codes("reason IN ('a', 'b')") != codes("((reason = ANY (ARRAY['a'::text])))")


def test_the_app_owns_nothing(db_session: object) -> None:
    owned = text(
        "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
    )
    assert db.session.scalar(owned) == 0


def test_the_timeline_is_never_rewritten(make_request: Make) -> None:
    make_request()
    assert "permission denied" in refused("UPDATE audit_entry SET actor = 'nobody'")
    assert "permission denied" in refused("DELETE FROM audit_entry")


def test_a_state_needs_its_moment(make_lead: Make) -> None:
    lead = make_lead()
    answer = refused("UPDATE lead SET state = 'won' WHERE id = :id", id=lead.id)
    assert "ck_lead_won_has_moment" in answer


def test_an_unknown_state_is_refused(make_clinic: Make) -> None:
    assert "ck_clinic_listing_state_known" in refused(
        "UPDATE clinic SET listing_state = 'great' WHERE id = :id", id=make_clinic().id
    )


def test_one_lead_per_request_and_clinic(make_lead: Make) -> None:
    lead = make_lead()
    twice = Lead(
        request_id=lead.request_id,
        clinic_id=lead.clinic_id,
        state=LeadState.NEW,
        new_at=clock.now(),
        due_at=clock.now() + timedelta(hours=48),
    )
    with pytest.raises(IntegrityError, match="uq_lead_request_id_clinic_id"), db.session.begin_nested():
        db.session.add(twice)


def test_no_lead_without_consent(make_lead: Make, make_clinic: Make) -> None:
    stranger: Clinic = make_clinic("Clinic Nar")
    lead = Lead(
        request_id=make_lead().request_id,
        clinic_id=stranger.id,
        state=LeadState.NEW,
        new_at=clock.now(),
        due_at=clock.now(),
    )
    with pytest.raises(IntegrityError, match="names the clinic of the lead"), db.session.begin_nested():
        db.session.add(lead)


def test_one_live_quote_per_lead(make_quote: Make) -> None:
    quote = make_quote()
    columns = ", ".join(c.name for c in quote.__table__.columns if c.name not in {"id", "number"})
    copy = (
        f"INSERT INTO quote (id, number, {columns}) SELECT gen_random_uuid(), 99, {columns} FROM quote WHERE id = :id"
    )
    assert "uq_quote_one_live_per_lead" in refused(copy, id=quote.id)


def test_a_total_that_does_not_add_up_is_refused(make_quote: Make) -> None:
    assert "ck_quote_total_agrees" in refused("UPDATE quote SET total = total + 1 WHERE id = :id", id=make_quote().id)


def test_erased_means_without_a_key(make_request: Make) -> None:
    answer = refused(
        "UPDATE quote_request SET state = 'erased', erased_at = now() WHERE id = :id", id=make_request().id
    )
    assert "ck_quote_request_erased_without_key" in answer


def test_a_sent_quote_has_the_state_sent(make_quote: Make) -> None:
    assert make_quote().state == QuoteState.SENT


def test_a_decision_about_a_listing_has_a_reason_and_one_stands(make_clinic):
    clinic = make_clinic(listing_state="suspended")
    assert "ck_listing_decision_has_reason" in refused("UPDATE listing_decision SET reasons = '{}'")
    copy = (
        "INSERT INTO listing_decision (id, clinic_id, kind, reasons, statement, decided_by, decided_at)"
        " SELECT gen_random_uuid(), clinic_id, kind, reasons, '', 'system', now() FROM listing_decision"
        " WHERE clinic_id = :id"
    )
    assert "uq_listing_decision_standing" in refused(copy, id=clinic.id)
