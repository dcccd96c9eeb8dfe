"""What happened to a listing or a request, as rows of a timeline."""

from uuid import uuid4

from marketplace.foundation import clock
from marketplace.foundation.audit.log import AuditEntry
from marketplace.web.operator.audit import listing_history, request_history


def entry(name, **changes):
    return AuditEntry(at=clock.now(), name=name, actor="system", **changes)


def test_a_request_names_the_clinic_an_entry_is_about(app, db_session):
    clinic_id = uuid4()
    history = [entry("RequestPaused"), entry("LeadOpened", clinic_id=clinic_id)]
    with app.test_request_context():
        paused, opened = request_history(history, clinic_names={clinic_id: "Clinic Ada"})
    assert paused.title == "Request paused"
    assert paused.text.startswith("By ")
    assert opened.text == f"Clinic Ada. {paused.text}"


def test_a_listing_names_the_reason_that_was_given(app, db_session):
    with app.test_request_context():
        plain, reasoned = listing_history([entry("LeadOpened"), entry("LeadOpened", reason="K7QX")])
    assert plain.text.startswith("By ")
    assert reasoned.text == f"K7QX. {plain.text}"
