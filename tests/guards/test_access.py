"""Who may do what: every page has its policy, and each kind of person gets what the committed matrix says.

After a change, `WRITE_ACCESS_MATRIX=1 pytest -n 0 tests/guards/test_access.py` writes the matrix again for review.
"""

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from werkzeug.exceptions import Forbidden

from marketplace.accounts.models import Account
from marketplace.app import create_app
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.web import access
from marketplace.web.policies import POLICIES
from tests.conftest import TESTING
from tests.factories import Make
from tests.world import ROLES, World, every_rule

MATRIX = Path(__file__).parent / "access_matrix.csv"
HEAD = ("method", "rule", "policy", *ROLES)
WRITES = bool(os.environ.get("WRITE_ACCESS_MATRIX"))


def matrix() -> dict[tuple[str, str], dict[str, str]]:
    text = MATRIX.read_text() if MATRIX.exists() else ""
    return {(row["method"], row["rule"]): row for row in csv.DictReader(io.StringIO(text))}


def write(found: dict[tuple[str, str], dict[str, str]]) -> None:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEAD, lineterminator="\n")
    writer.writeheader()
    writer.writerows(found[key] for key in sorted(found, key=lambda key: (key[1], key[0])))
    MATRIX.write_text(out.getvalue())


def test_sp1_every_page_stands_in_the_matrix_with_its_policy(app: Flask) -> None:
    named = app.extensions["access_names"]
    running = {(method, rule.rule): str(named[rule.endpoint]) for method, rule in every_rule(app)}
    if WRITES:
        write({k: {**matrix().get(k, {}), "method": k[0], "rule": k[1], "policy": p} for k, p in running.items()})
    assert {key: row["policy"] for key, row in matrix().items()} == running


@pytest.mark.parametrize("role", ROLES)
def test_sp1_each_page_answers_as_the_matrix_says(app: Flask, world: World, role: str) -> None:
    answers = {
        (method, rule.rule): str(world.visit(role, world.path(rule), method=method).status_code)
        for method, rule in every_rule(app)
    }
    if WRITES:
        write({key: {**row, role: answers[key]} for key, row in matrix().items()})
    told = {key: row[role] for key, row in matrix().items()}
    assert answers == told, {key: (answers[key], told.get(key)) for key in answers if answers[key] != told.get(key)}


def test_sp2_a_page_without_a_policy_keeps_the_site_from_starting(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(app: Flask) -> None:
        app.add_url_rule("/my/diary/<ref>", "patient.forgotten", lambda ref: ref)

    monkeypatch.setattr("marketplace.app.promises.install", bind)
    with pytest.raises(access.NoPolicy, match=r"No policy for patient\.forgotten$"):
        create_app(TESTING)


def test_sp2_an_unknown_policy_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def bind(app: Flask) -> None:
        app.add_url_rule("/more", "public.more", lambda: "x")

    monkeypatch.setitem(access.PARTS["public"], "/more", "everybody")
    monkeypatch.setattr("marketplace.app.promises.install", bind)
    with pytest.raises(access.NoPolicy, match=r"public\.more"):
        create_app(TESTING)


def test_a_new_page_below_a_part_is_held_to_its_policy() -> None:
    app = Flask("x")
    app.add_url_rule("/my/requests/<ref>/diary", "patient.diary", lambda ref: ref)
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == "patient.diary")
    assert access._name_for(rule) == "request-holder"


@pytest.mark.parametrize("part", ["dashboard", "operator"])
def test_who_is_signed_out_is_led_back_after_signing_in(world: World, part: str) -> None:
    assert world.visit("anonymous", f"/{part}?page=2").location == f"/account/login?next=/{part}?page%3D2"


@pytest.mark.parametrize("text", ["x", "A" * 64])
@pytest.mark.parametrize("path", ["/q/{}", "/q/{}/confirm"])
def test_a_forged_link_opens_nothing(world: World, path: str, text: str) -> None:
    assert world.visit("anonymous", path.format(text)).status_code == 404


def test_an_owners_page_is_not_for_a_colleague(app: Flask, make_clinic: Make, make_member: Make) -> None:
    clinic = make_clinic()
    owner = make_member(clinic)
    colleague = make_member(clinic, email="ben@clinic.example", role=TeamRole.MEMBER)
    db.session.commit()
    assert asked_of("owner", app, owner) is None
    with pytest.raises(Forbidden):
        asked_of("owner", app, colleague)


def asked_of(name: str, app: Flask, account: Account) -> Any:
    with app.test_request_context("/dashboard/team"):
        g._login_user = account
        return POLICIES[name].guard()


def test_the_list_of_pages_is_for_machines_too(app: Flask) -> None:
    answer = app.test_cli_runner().invoke(args=["access", "--json"])
    rows = {(row["rule"], *row["methods"]): row for row in json.loads(answer.output)}
    assert rows["/operator/emails/<uuid:email_id>/retry", "POST"] == {
        "endpoint": "operator.retry_email",
        "rule": "/operator/emails/<uuid:email_id>/retry",
        "methods": ["POST"],
        "policy": "operator",
        "csrf": True,
    }
    assert not rows["/clinics", "GET"]["csrf"]


def test_a_view_is_given_what_its_guard_found() -> None:
    app = Flask("x", static_folder=None)
    policies = {"member": access.Policy(lambda: setattr(g, "lead", "the lead found"), finds=("lead", "clinic"))}
    app.add_url_rule("/dashboard/<ref>/<int:number>", "dashboard.x", lambda lead, number: f"{lead}, {number}")
    access.install(app, policies)
    with app.test_request_context("/dashboard/A/2"):
        g.lead = "the lead found"
        assert app.view_functions["dashboard.x"](ref="A", number=2) == "the lead found, 2"
