"""`flask retention run` and `flask erase`."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.request_actions import close, delete_request
from marketplace.leads.submission import submit
from marketplace.quote_requests.states import RequestState
from marketplace.retention import rules
from tests.factories import Make, build_clinic, build_draft, build_quote, build_request
from tests.retention.test_rules import a_job, a_link, an_email


def counts(app: Flask, *arguments: str) -> dict[str, int]:
    """What the command prints, by rule."""
    answer = app.test_cli_runner().invoke(args=["retention", "run", *arguments])
    assert answer.exit_code == 0, answer.output
    return {name: int(n) for n, name in re.findall(r"^ *(\d+) (.+)$", answer.output, re.MULTILINE)}


def fill() -> None:
    """Something for every rule, and one request that is still open."""
    build_draft()
    submit(build_draft(email="b@patient.example"), share_health=True, aftercare=False)
    close(build_quote().lead.request)
    delete_request(build_request(build_clinic(), email="d@patient.example"))
    build_request(build_clinic(), email="open@patient.example")
    for make in (a_link, a_job, an_email):
        make()
    db.session.commit()


def test_sp14_thirteen_months_later_a_dry_run_counts_what_the_run_ends(app: Flask, db_session: object) -> None:
    fill()
    later = (clock.now() + timedelta(days=396)).isoformat()
    told = counts(app, "--dry-run", "--now", later)
    assert told == counts(app, "--dry-run", "--now", later), "a dry run changes nothing"
    done = counts(app, "--now", later)
    assert done == told
    wanted = {"drafts": 1, "unconfirmed requests": 1, "deleted requests": 1, "ended requests": 1, "health answers": 1}
    assert {name: done[name] for name in wanted} == wanted
    assert set(counts(app, "--now", later).values()) == {0}
    states = db.session.scalars(text("SELECT state FROM quote_request ORDER BY state")).all()
    assert states == ["erased"] * 4 + ["open"]


def test_a_run_works_in_batches_until_done(app: Flask, db_session: object, monkeypatch: object) -> None:
    monkeypatch.setattr(rules, "BATCH", 2)
    monkeypatch.setattr("marketplace.retention.rules.BATCH", 2)
    for _ in range(5):
        a_link()
    db.session.commit()
    assert counts(app, "--now", (clock.now() + timedelta(days=31)).isoformat())["links in emails"] == 5


def test_today_nothing_is_past_its_time(app: Flask, make_request: Make) -> None:
    make_request()
    db.session.commit()
    assert set(counts(app).values()) == {0}


def test_erase_by_reference(app: Flask, make_request: Make) -> None:
    request = make_request()
    db.session.commit()
    runner = app.test_cli_runner()
    assert runner.invoke(args=["erase", request.ref]).output == f"Erased: {request.ref} ({request.id})\n"
    db.session.refresh(request)
    assert (request.state, request.data_key) == (RequestState.ERASED, None)
    listed = runner.invoke(args=["erase", "--list"]).output
    assert listed == f"{request.id},{request.erased_at.isoformat()}\n"


def test_erase_again_what_a_list_names(app: Flask, make_request: Make, tmp_path: object) -> None:
    request = make_request()
    db.session.commit()
    unknown = "0199a5a6-0000-7000-8000-000000000000"
    (tmp_path / "list").write_text(f"{request.id},2026-03-01T10:00:00+00:00\n{unknown},2026-03-01T10:00:00+00:00\n")
    answer = app.test_cli_runner().invoke(args=["erase", "--again", str(tmp_path / "list")])
    assert answer.output == "Erased again: 1 requests\n"
    db.session.refresh(request)
    assert request.state == RequestState.ERASED
    assert set(counts(app).values()) == {0}


def test_a_bad_list_and_an_unknown_reference_change_nothing(app: Flask, make_request: Make, tmp_path: object) -> None:
    request = make_request()
    db.session.commit()
    (tmp_path / "list").write_text(f"{request.id},2026-03-01T10:00:00+00:00\n{request.id}\n")
    runner = app.test_cli_runner()
    answer = runner.invoke(args=["erase", "--again", str(tmp_path / "list")])
    assert (answer.exit_code, "Line 2" in answer.output) == (1, True)
    assert runner.invoke(args=["erase", "MQ-NOBODY22"]).exit_code == 1
    assert runner.invoke(args=["erase"]).exit_code == 2
    db.session.refresh(request)
    assert request.state == RequestState.OPEN


@pytest.mark.parametrize("command", [["retention", "run", "--dry-run"], ["timers", "run"]], ids=" ".join)
def test_what_is_no_moment_is_said_in_one_line(app: Flask, command: list[str]) -> None:
    answer = app.test_cli_runner().invoke(args=[*command, "--now", "tomorrow"])
    assert answer.exit_code == 2
    assert "'tomorrow' is no moment such as" in answer.output


def test_no_other_moment_in_production(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    answer = app.test_cli_runner().invoke(args=["retention", "run", "--now", "2030-01-01"])
    assert answer.exit_code == 2
    assert "only in development" in answer.output
