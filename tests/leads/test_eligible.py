"""The statements over a market find whom the rules of routing let in, read little, and give equals their turn."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.leads import candidates, eligible
from marketplace.leads.candidates import is_anyone_eligible, read_best, read_named, read_reasons, request_facts
from marketplace.leads.routing import Candidate, RequestFacts, Standing, decide, place, refusal
from marketplace.quote_requests.models import QuoteRequest
from tests.conftest import on_own_database
from tests.factories import build_draft
from tests.leads.market import fill, make_market, make_wish, random_clinics, random_wishes, undone

SMALL, GREAT, EQUAL = 2_000, 100_000, 200


RANDOM = settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@RANDOM
@given(random_clinics, random_wishes)
def test_the_statements_let_in_whom_the_rules_let_in(
    db_session: object, clinics: list[dict[str, Any]], wish: dict[str, Any]
) -> None:
    with undone():
        facts, request, known = market_of(clinics, wish)
        let_in = {key: standing(clinic) for key, clinic in known.items() if refusal(facts, clinic) is None}
        assert {clinic.clinic_id: clinic for clinic in read_best(request, facts)} == let_in
        with patch.object(candidates, "count_published", lambda _countries: (eligible.READ_AT_MOST + 1, 0)):
            assert {clinic.clinic_id: clinic for clinic in read_best(request, facts)} == let_in


@RANDOM
@given(random_clinics, random_wishes)
def test_the_reasons_are_those_of_the_rules(
    db_session: object, clinics: list[dict[str, Any]], wish: dict[str, Any]
) -> None:
    with undone():
        facts, request, known = market_of(clinics, wish)
        of_rules = {key: refusal(facts, clinic) for key, clinic in known.items()}
        listed = {
            key
            for key, clinic in known.items()
            if clinic.listing_state == "published"
            if not facts.destinations or clinic.country in facts.destinations
        }
        assert read_reasons(request, facts) == {key: of_rules[key] for key in listed}
        assert is_anyone_eligible(request, facts) == (None in of_rules.values())


@RANDOM
@given(random_clinics, random_wishes)
def test_in_a_small_market_the_same_are_proposed_as_by_reading_each_clinic(
    db_session: object, clinics: list[dict[str, Any]], wish: dict[str, Any]
) -> None:
    with undone():
        facts, request, known = market_of(clinics, wish)
        of_all = decide(facts, known.values())
        assert place(facts, read_best(request, facts)) == [v for v in of_all if v.outcome != "ineligible"]


def market_of(
    clinics: list[dict[str, Any]], wish: dict[str, Any]
) -> tuple[RequestFacts, QuoteRequest, dict[UUID, Candidate]]:
    """A request in a market, and the facts of every clinic from its own rows."""
    made, request = make_market(clinics), make_wish(wish)
    known = {candidate.clinic_id: candidate for candidate in read_named(request, [clinic.id for clinic in made])}
    return request_facts(request), request, known


def standing(candidate: Candidate) -> Standing:
    return Standing(candidate.clinic_id, candidate.leads_sent, candidate.leads_answered, candidate.fill)


@pytest.fixture(scope="module")
def markets(postgres: Any, template_database: str) -> Iterator[dict[int, Flask]]:
    with on_own_database(postgres, template_database) as small, on_own_database(postgres, template_database) as great:
        made = {SMALL: small, GREAT: great}
        for count, app in made.items():
            with app.app_context():
                fill(app, count=count, equal=EQUAL)
        yield made


@pytest.fixture
def market(markets: dict[int, Flask], request: Any) -> Iterator[QuoteRequest]:
    """A draft in the market of that many clinics; nothing of it is stored."""
    with markets[request.param].app_context():
        use_role(DatabaseRole.WORKER)
        yield build_draft(destinations=["TR", "PL"])
        db.session.rollback()
        db.session.remove()


def proposed(request: QuoteRequest, number: int) -> set[UUID]:
    facts = replace(request_facts(request), request_id=UUID(int=number))
    return {v.clinic_id for v in place(facts, read_best(request, facts)) if v.outcome == "proposed"}


@pytest.mark.parametrize("market", [SMALL], indirect=True)
def test_each_of_many_equal_clinics_is_proposed_in_its_turn(market: QuoteRequest) -> None:
    market.destinations = []
    seen = set().union(*(proposed(market, number) for number in range(500)))
    assert len(seen) == EQUAL


@pytest.mark.parametrize("market", [SMALL], indirect=True)
def test_among_more_equals_than_are_scored_each_is_scored_in_its_turn(market: QuoteRequest) -> None:
    market.destinations = []
    fewer = eligible.best(unsure=False, anywhere=True, most=20)
    seen = set()
    for number in range(120):
        facts = replace(request_facts(market), request_id=UUID(int=number))
        values = eligible.values(facts, most_eur=None) | {"procedure": market.procedure_id}
        seen |= {row.clinic_id for row in db.session.execute(fewer, values)}
    assert len(seen) == EQUAL


@pytest.mark.parametrize("market", [GREAT], indirect=True)
@pytest.mark.parametrize("destinations", [[], ["TR", "PL"]])
@pytest.mark.parametrize("procedure", ["facial", None])
def test_the_best_are_read_from_an_index_and_few_rows_with_them(
    market: QuoteRequest, destinations: list[str], procedure: str | None
) -> None:
    market.destinations = destinations
    market.procedure_id = market.procedure_id if procedure else None
    nodes = plan_of(market, eligible.best(unsure=not procedure, anywhere=not destinations))
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
    assert rows_of(nodes, "clinic_offer") <= 3 * eligible.CONSIDERED * max(1, len(destinations))


@pytest.mark.parametrize("market", [GREAT], indirect=True)
@pytest.mark.parametrize("destinations", [[], ["TR", "PL"]])
@pytest.mark.parametrize("wish", [{"languages": ["xx"], "budget_amount": 10**6}, {"budget_amount": 100}])
def test_what_hardly_any_clinic_fulfils_is_found_by_what_is_rare(
    market: QuoteRequest, destinations: list[str], wish: dict[str, Any]
) -> None:
    for name, value in {"destinations": destinations, "share_budget": True, "budget_currency": "EUR", **wish}.items():
        setattr(market, name, value)
    assert read_best(market, request_facts(market)) == []
    for most in (1, eligible.CONSIDERED):
        nodes = plan_of(market, eligible.all_fitting(unsure=False, anywhere=not destinations, most=most))
        assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
        assert sum(node["Actual Rows"] * node["Actual Loops"] for node in nodes) < eligible.READ_AT_MOST


@pytest.mark.parametrize("market", [GREAT], indirect=True)
@pytest.mark.parametrize("destinations", [[], ["TR", "PL"]])
def test_one_plan_is_kept_for_all_requests(market: QuoteRequest, destinations: list[str]) -> None:
    market.destinations = destinations
    for number in range(20):
        proposed(market, number)
    kept = (
        "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%clinic_offer%' ORDER BY prepare_time"
    )
    assert db.session.connection().exec_driver_sql(kept.replace("%", "%%")).scalars().all()[-1] > 0


@pytest.mark.parametrize("market", [GREAT], indirect=True)
@pytest.mark.parametrize("destinations", [[], ["TR", "PL"]])
def test_reasons_are_looked_up_for_so_many_clinics_and_no_more(market: QuoteRequest, destinations: list[str]) -> None:
    market.destinations = destinations
    nodes = plan_of(market, eligible.explained(unsure=False, anywhere=not destinations))
    assert not [node for node in nodes if node["Node Type"] == "Seq Scan"]
    assert rows_of(nodes, "clinic_offer") <= eligible.EXPLAINED


def plan_of(request: QuoteRequest, statement: eligible.Statement) -> list[dict[str, Any]]:
    """Every node of the plan, with what it read."""
    wanted = {"procedure": request.procedure_id, "treatment": request.treatment_id}
    facts = request_facts(request)
    values = eligible.values(facts, most_eur=facts.budget_eur) | wanted
    bound = statement.compile(dialect=db.engine.dialect).construct_expanded_state(values)
    explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {bound.statement}"
    found = db.session.connection().exec_driver_sql(explain, bound.parameters).scalar()
    return list(nodes_of(found[0]["Plan"]))


def nodes_of(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for below in node.get("Plans", ()):
        yield from nodes_of(below)


def rows_of(nodes: list[dict[str, Any]], table: str) -> float:
    """Rows read of the table: those given on, and those a filter removed."""
    read = [node for node in nodes if node.get("Relation Name") == table]
    assert read
    return sum((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"] for node in read)
