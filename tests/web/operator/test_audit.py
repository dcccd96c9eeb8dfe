"""The audit log as operators read it."""

import pytest

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit import operator_queries as audit_queries
from marketplace.foundation.audit import seals
from marketplace.foundation.audit.log import RENAMED_EVENTS, AuditEntry, CommandRun, acting_as, record
from marketplace.leads.actions import decline, record_access
from marketplace.words.event import event_title
from tests.foundation.sealing import soon


def rows(browser, query=""):
    """What happened, in the order shown."""
    answer = browser.get(f"/operator/audit{query}")
    assert answer.status_code == 200
    table = next(iter(answer.page.all("table")), None)
    return (
        [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")][1:]
        if table is not None
        else []
    )


def say(*reasons, actor="keeper"):
    with acting_as(actor):
        for reason in reasons:
            record(CommandRun(reason=reason))
    db.session.commit()


def test_newest_first_with_its_seal(desk):
    say("first")
    seals.seal(soon())
    db.session.commit()
    say("second")
    found = [row for row in rows(desk) if row[1] == "Command run"]
    assert [row[6:] for row in found] == [["second", "Not sealed yet"], ["first", "Seal 1"]]


def test_filters_narrow_and_may_be_taken_off(desk, make_request, make_clinic):
    clinic = make_clinic("Clinic Ada", slug="clinic-ada")
    request = make_request(clinic)
    make_request(make_clinic("Clinic Bor"))
    say("x", actor="operator:7")
    everything = len(rows(desk))
    assert {row[3] for row in rows(desk, f"?ref={request.ref.lower()}")} == {f"{request.ref}: only this request"}
    assert {row[4] for row in rows(desk, "?clinic=clinic-ada")} == {"clinic-ada: only this clinic"}
    assert {row[1] for row in rows(desk, "?event=LeadArrived")} == {"Request reached the clinic"}
    assert "x" in {row[6] for row in rows(desk, "?actor=operator")}
    assert len(rows(desk, f"?day={clock.today()}")) == everything
    assert rows(desk, "?day=2020-01-01") == []
    assert rows(desk, f"?ref={request.ref}&event=CommandRun") == []


@pytest.mark.parametrize(
    "query",
    ["?ref=MQ-NOBODY1", "?clinic=nowhere", "?day=never", "?day=9999-12-31", "?event=Nothing", "?actor=%25", "?actor=_"],
)
def test_what_is_of_nobody_finds_nothing(desk, query):
    say("x", actor="operator:7")
    assert rows(desk, query) == []


@pytest.mark.parametrize("query", ["?after=x", "?after=2026-01-01T00:00:00~y", "?after=~"])
def test_what_is_no_position_is_the_first_page(desk, query):
    say("x")
    assert rows(desk, query)


def test_pages_stay_while_the_log_grows(desk, monkeypatch):
    monkeypatch.setattr(audit_queries, "PAGE", 3)
    say(*"abcdefg")
    answer = desk.get("/operator/audit?event=CommandRun")
    say("new")
    seen = [row[6] for row in rows(desk, "?event=CommandRun")]
    assert seen == ["new", "g", "f"]
    older = []
    for _ in range(2):
        (link,) = [a for a in answer.page.all("a") if "Older entries" in "".join(a.itertext())]
        answer = desk.get(link.get("href"))
        older += [row[6].text for row in list(answer.page.all("table")[0].iter("tr"))[1:]]
    assert older == ["d", "c", "b", "a"]
    assert "Older entries" not in answer.text


def test_ids_only(desk, make_request, make_operator):
    request = make_request(name="Zebulon", email="zebulon@patient.example", conditions=["pregnancy"])
    html = desk.get("/operator/audit").text.lower()
    assert request.ref.lower() in html
    assert not [word for word in ("zebulon", "pregnan", "op@meridian") if word in html]


def test_operators_are_led_there(desk):
    assert "/operator/audit" in desk.get("/operator").text


def test_codes_stand_in_words(desk, make_lead):
    lead = make_lead()
    record_access(lead, actor="member:x", what="health")
    decline(lead, "no_dates")
    db.session.commit()
    page = desk.get(f"/operator/audit?ref={lead.request.ref}").page
    assert "Health answers" in page.text
    assert "no appointments at that time" in page.text
    assert "no_dates" not in page.text


@pytest.mark.parametrize(("stored", "present"), RENAMED_EVENTS.items())
def test_an_event_that_was_renamed_is_found_and_named_as_today(desk, stored, present):
    db.session.add(AuditEntry(at=clock.now(), name=stored, actor="timer"))
    db.session.commit()
    assert [row[1] for row in rows(desk, f"?event={present}")] == [event_title(present)]
    assert event_title(present) != present
