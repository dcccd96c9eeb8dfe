"""The dashboard and the alerts: files that Grafana and Prometheus take, about figures that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from prometheus_client.parser import text_string_to_metric_families

from marketplace.extensions import db
from marketplace.foundation import metrics
from tests.deployment.programs import DEPLOYMENT, program, run
from tests.factories import Make

DASHBOARD = json.loads((DEPLOYMENT / "grafana.json").read_text())
ALERTS = yaml.safe_load((DEPLOYMENT / "alerts.yaml").read_text())
SCHEMA = json.loads(Path(__file__).with_name("dashboard.schema.json").read_text())
NAME = re.compile(r"\bmarketplace_\w+")
LABELS = re.compile(r"(?:\bby ?\(([^)]*)\)|\{([^}]*)\})")
OF_PROMETHEUS = {"instance", "le"}


def rules() -> Iterator[dict[str, Any]]:
    for group in ALERTS["groups"]:
        yield from group["rules"]


def expressions() -> Iterator[str]:
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ()))
    yield from (rule["expr"] for rule in rules())


def labels_in(expression: str) -> set[str]:
    """The labels that an expression groups or chooses by."""
    found = (part for pair in LABELS.findall(expression) for text in pair for part in text.split(","))
    return {re.split("[=!]", part, maxsplit=1)[0].strip() for part in found if part.strip()}


@pytest.fixture
def told(client: Any, make_lead: Make) -> str:
    """With a job, so that there is one to count."""
    make_lead()
    db.session.commit()
    return str(client.get("/metrics").text)


def test_the_dashboard_is_one() -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(DASHBOARD)] == []


@pytest.mark.parametrize("key", ["titel", "targets2"])
def test_a_key_that_grafana_would_drop_is_found(key: str) -> None:
    panels = [DASHBOARD["panels"][0] | {key: "x"}, *DASHBOARD["panels"][1:]]
    assert list(Draft202012Validator(SCHEMA).iter_errors(DASHBOARD | {"panels": panels}))


def test_no_two_panels_share_an_id_or_a_place() -> None:
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids) == len(set(places))


def test_every_figure_in_dashboard_and_alerts_is_told(told: str) -> None:
    families = {family.name: family.type for family in text_string_to_metric_families(told)}
    ends = {"histogram": ("_bucket", "_count", "_sum"), "counter": ("_total",), "gauge": ("",)}
    names = {name + end for name, kind in families.items() for end in ends[kind]}
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(asked) > 10
    assert asked - names == set()


def test_every_label_in_dashboard_and_alerts_is_told(told: str) -> None:
    counted = {label for metric in metrics.OWN._collector_to_names for label in metric._labelnames}
    read = {
        label for family in text_string_to_metric_families(told) for each in family.samples for label in each.labels
    }
    asked = set().union(*map(labels_in, expressions()))
    assert {"rule", "status", "found", "task"} <= asked
    assert asked - counted - read - OF_PROMETHEUS == set()


def test_every_figure_is_in_the_list_of_figures(told: str) -> None:
    listed = (DEPLOYMENT.parent / "running.md").read_text()
    names = {family.name for family in text_string_to_metric_families(told)}
    assert {name for name in names if f"`{name}`" not in listed and f"`{name}_total`" not in listed} == set()


def test_prometheus_takes_the_alerts() -> None:
    if program("promtool") is None:  # read by ourselves
        assert all({"alert", "expr", "for", "labels", "annotations"} == set(rule) for rule in rules())
        assert all(rule["expr"].count("(") == rule["expr"].count(")") for rule in rules())
    else:
        done = run("promtool", "check", "rules", DEPLOYMENT / "alerts.yaml")
        assert (done.returncode, "SUCCESS" in done.stdout) == (0, True), done.stdout


def test_alerts_let_pass_what_is_normal_and_wake_for_what_is_not(tmp_path: Path) -> None:
    cases = Path(__file__).with_name("alerts.test.yaml").read_text().replace("ALERTS", str(DEPLOYMENT / "alerts.yaml"))
    (tmp_path / "cases.yaml").write_text(cases)
    if program("promtool") is None:  # read by ourselves
        tested = {each["alertname"] for case in yaml.safe_load(cases)["tests"] for each in case["alert_rule_test"]}
        assert tested <= {rule["alert"] for rule in rules()}
    else:
        done = run("promtool", "test", "rules", tmp_path / "cases.yaml")
        assert (done.returncode, "SUCCESS" in done.stdout) == (0, True), done.stdout


def test_every_alert_says_how_urgent_it_is_and_where_to_read_on() -> None:
    guide = (DEPLOYMENT.parent / "operations.md").read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        named = re.search('operations.md, "([^"]+)"', rule["annotations"]["description"])
        assert named is None or f"### {named[1]}\n" in guide, rule["alert"]
        assert named is not None or rule["labels"]["severity"] == "ticket"
