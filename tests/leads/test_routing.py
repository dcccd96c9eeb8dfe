"""Who may get a request, in which order, and that everyone considered is accounted for."""

from dataclasses import fields, replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.leads.routing import (
    PLACES,
    ROOM_BELOW,
    Candidate,
    RequestFacts,
    answer_probability,
    decide,
    fill_to_beat,
    refusal,
)

WISH = RequestFacts(
    request_id=UUID(int=1),
    home_country="GB",
    destinations=frozenset({"TR"}),
    languages=frozenset({"en"}),
    budget_eur=40000,
)
CLINIC = Candidate(
    clinic_id=UUID(int=2),
    country="TR",
    listing_state="published",
    checks_current=True,
    offers_procedure=True,
    languages=frozenset({"tr", "en"}),
    accepts_countries=frozenset(),
    course_low_eur=24000,
    leads_sent=20,
    leads_answered=15,
    fill=0.2,
)


def test_a_fitting_clinic_is_eligible() -> None:
    assert refusal(WISH, CLINIC) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"listing_state": "suspended"}, "not_published"),
        ({"listing_state": "paused"}, "clinic_paused"),
        ({"checks_current": False}, "checks_not_current"),
        ({"offers_procedure": False}, "procedure_not_offered"),
        ({"country": "PL"}, "other_country"),
        ({"accepts_countries": frozenset({"DE"})}, "home_not_accepted"),
        ({"languages": frozenset({"tr"})}, "no_shared_language"),
        ({"course_low_eur": 40001}, "over_budget"),
        ({"fill": 1.0}, "full"),
    ],
)
def test_each_rule_has_its_reason(change: dict[str, object], reason: str) -> None:
    assert refusal(WISH, replace(CLINIC, **change)) == reason  # type: ignore[arg-type]


def test_a_budget_that_is_not_shared_refuses_nobody() -> None:
    assert refusal(replace(WISH, budget_eur=None), replace(CLINIC, course_low_eur=10**9)) is None


def test_anywhere_means_anywhere() -> None:
    assert refusal(replace(WISH, destinations=frozenset()), replace(CLINIC, country="IN")) is None


def test_who_answers_more_comes_first() -> None:
    lazy = replace(CLINIC, clinic_id=uuid4(), leads_answered=4)
    assert [v.clinic_id for v in decide(WISH, [lazy, CLINIC])] == [CLINIC.clinic_id, lazy.clinic_id]


def test_who_has_room_comes_before_who_is_nearly_full() -> None:
    busy = replace(CLINIC, clinic_id=uuid4(), fill=0.65)
    assert decide(WISH, [busy, CLINIC])[0].clinic_id == CLINIC.clinic_id


def test_the_clinic_it_started_from_is_first() -> None:
    own = replace(CLINIC, clinic_id=uuid4(), leads_answered=0, fill=0.9)
    first = decide(replace(WISH, first_clinic=own.clinic_id), [CLINIC, own])[0]
    assert (first.clinic_id, first.reason) == (own.clinic_id, "asked_for")


def test_second_places_are_kept_from_who_has_little_room() -> None:
    tight = replace(CLINIC, clinic_id=uuid4(), fill=ROOM_BELOW, leads_answered=20)
    outcomes = {v.clinic_id: (v.outcome, v.reason) for v in decide(WISH, [CLINIC, tight])}
    assert ("passed_over", "little_room") in outcomes.values()


def test_a_new_clinic_is_not_below_the_floor() -> None:
    assert answer_probability(replace(CLINIC, leads_sent=3, leads_answered=0)) == pytest.approx(0.7)


def test_no_fact_is_about_money_paid_to_us() -> None:
    names = {field.name for model in (RequestFacts, Candidate) for field in fields(model)}
    assert not {name for name in names if any(word in name for word in ("fee", "paid", "plan", "boost", "advert"))}


def test_who_has_room_is_read_for_once_the_best_have_less() -> None:
    best = [replace(CLINIC, clinic_id=uuid4(), fill=0.0) for _ in range(PLACES)]
    assert fill_to_beat(best) == 0
    fuller = [replace(clinic, fill=0.5) for clinic in best]
    assert fill_to_beat(fuller) == pytest.approx(0.5)
    assert fill_to_beat(fuller[1:]) == ROOM_BELOW, "a place is left for whoever has room"


candidates = st.builds(
    Candidate,
    clinic_id=st.uuids(),
    country=st.sampled_from(["TR", "PL", "GB"]),
    listing_state=st.sampled_from(["published", "published", "paused", "suspended"]),
    checks_current=st.booleans(),
    offers_procedure=st.booleans(),
    languages=st.frozensets(st.sampled_from(["en", "tr", "pl"])),
    accepts_countries=st.frozensets(st.sampled_from(["GB", "DE"])),
    course_low_eur=st.none() | st.integers(1000, 90000),
    leads_sent=st.integers(0, 50),
    leads_answered=st.integers(0, 50),
    fill=st.floats(0, 1.2),
)
many = st.lists(candidates, max_size=30, unique_by=lambda c: c.clinic_id)


@given(many)
def test_everyone_considered_has_one_verdict(clinics: list[Candidate]) -> None:
    verdicts = decide(WISH, clinics)
    assert sorted(v.clinic_id for v in verdicts) == sorted(c.clinic_id for c in clinics)


@given(many)
def test_only_the_eligible_are_proposed_and_five_at_most(clinics: list[Candidate]) -> None:
    by_id = {clinic.clinic_id: clinic for clinic in clinics}
    proposed = [v for v in decide(WISH, clinics) if v.outcome == "proposed"]
    assert len(proposed) <= PLACES
    assert all(refusal(WISH, by_id[v.clinic_id]) is None for v in proposed)


@given(many)
def test_someone_eligible_means_someone_proposed(clinics: list[Candidate]) -> None:
    eligible = [clinic for clinic in clinics if refusal(WISH, clinic) is None]
    assert bool(eligible) == any(v.outcome == "proposed" for v in decide(WISH, clinics))


@given(many, st.randoms())
def test_the_order_they_come_in_changes_nothing(clinics: list[Candidate], random: object) -> None:
    shuffled = list(clinics)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert decide(WISH, shuffled) == decide(WISH, clinics)
