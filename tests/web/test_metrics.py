"""Figures for Prometheus: from the machine itself or with the token."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from marketplace.extensions import db
from marketplace.foundation import metrics
from marketplace.leads import proposal
from marketplace.processes.embedded_postgres import EmbeddedPostgres
from tests.conftest import app_on
from tests.factories import Make

TOKEN = "a token of the tests, long enough to be one"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


@pytest.fixture
def with_token(app: Flask) -> Iterator[None]:
    app.config["METRICS_TOKEN"] = TOKEN
    yield
    app.config["METRICS_TOKEN"] = None


def figures(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_figures_count_by_state(client: Any, make_lead: Make) -> None:
    make_lead()
    db.session.commit()
    found = figures(client.get("/metrics").text)
    assert found["marketplace_requests", "open"] == 1
    assert found["marketplace_leads", "new"] == 1
    assert found["marketplace_emails", "waiting"] >= 1
    assert found[("marketplace_database_connections",)] >= 1
    assert sum(value for name, value in found.items() if name[0] == "marketplace_jobs") >= 1
    assert found[("marketplace_oldest_due_job_seconds",)] >= 0


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_through_a_proxy_there_is_no_such_page(client: Any, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_from_elsewhere_there_is_no_such_page(client: Any) -> None:
    assert client.get("/metrics", environ_overrides=ELSEWHERE).status_code == 404
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": ""}).status_code == 404


def test_behind_a_proxy_being_near_counts_for_nothing(app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PROXY_HOPS", 1)
    assert client.get("/metrics").status_code == 404


@pytest.mark.parametrize(
    ("said", "status"),
    [(f"Bearer {TOKEN}", 200), ("Bearer wrong", 404), ("Bearer ", 404), (f"Token {TOKEN}", 404), ("Bearer é", 404)],
)
def test_the_token_opens_it_from_anywhere(client: Any, with_token: None, said: str, status: int) -> None:
    answer = client.get("/metrics", headers={"Authorization": said}, environ_overrides=ELSEWHERE)
    assert answer.status_code == status


def test_without_a_token_set_none_opens_it(client: Any) -> None:
    for said in ("Bearer ", "Bearer None", "Bearer"):
        answer = client.get("/metrics", headers={"Authorization": said}, environ_overrides=ELSEWHERE)
        assert answer.status_code == 404


def counted(name: str, **labels: str) -> float:
    """What this process has counted so far."""
    return metrics.OWN.get_sample_value(name, labels) or 0.0


def test_an_answer_is_counted_by_the_rule_of_its_page_and_its_status(client: Any) -> None:
    labels = {"rule": "/clinic/<slug>", "status": "404"}
    before = counted("marketplace_http_request_seconds_count", **labels)
    client.get("/clinic/nobody-has-this-name")
    assert counted("marketplace_http_request_seconds_count", **labels) == before + 1
    assert "nobody-has-this-name" not in client.get("/metrics").text


def test_a_path_that_no_page_has_is_counted_without_it(client: Any) -> None:
    before = counted("marketplace_http_request_seconds_count", rule="none", status="404")
    client.get("/nowhere/at-all")
    assert counted("marketplace_http_request_seconds_count", rule="none", status="404") == before + 1
    assert "at-all" not in client.get("/metrics").text


def test_statements_and_their_time_are_counted_by_page(client: Any) -> None:
    before = counted("marketplace_database_statements_total", rule="/readyz")
    client.get("/readyz")
    assert counted("marketplace_database_statements_total", rule="/readyz") > before
    assert counted("marketplace_database_statement_seconds_total", rule="/readyz") > 0


def test_without_the_database_it_says_so_and_what_was_counted(postgres: EmbeddedPostgres) -> None:
    away = app_on(postgres, "nowhere").test_client().get("/metrics")
    assert away.status_code == 200
    found = figures(away.text)
    assert found[("marketplace_database_up",)] == 0
    assert ("marketplace_database_pool_wait_seconds_count",) in found


def test_a_job_is_counted_by_how_it_ended() -> None:
    with pytest.raises(ValueError, match="wrong"), metrics.measured_job("mail.send"):
        raise ValueError("wrong")
    assert counted("marketplace_job_seconds_count", task="mail.send", end="failed") >= 1


def test_finding_clinics_is_measured(app: Flask, make_request: Make) -> None:
    request = make_request()
    before = counted("marketplace_routing_seconds_count")
    proposal.propose(request)
    assert counted("marketplace_routing_seconds_count") == before + 1
