"""What a person was shown is decided once, kept, acted on and recorded."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace.clinics import facets
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.leads import eligible, proposal
from marketplace.leads.candidates import read_best, request_facts
from marketplace.leads.capacity import reserve_places
from marketplace.leads.models import RoutingCount, RoutingDecision, RoutingProposal
from marketplace.leads.proposal import consider, propose, refusals, show_proposals, shown_proposals
from marketplace.leads.request_actions import rewrite
from marketplace.leads.routing import DETAILED, PLACES, POLICY
from marketplace.leads.submission import submit
from marketplace.quote_requests.models import QuoteRequest
from tests.factories import Make
from tests.statements import statements_of
from tests.web.patient.filling import answer, answer_until

ROUTED = ("clinic_offer", "clinic_load", "clinic_card")


def proposed(request: QuoteRequest) -> list[UUID]:
    return [each.clinic.id for each in shown_proposals(request).proposals]


def decided(request: QuoteRequest) -> list[tuple[UUID, str]]:
    query = select(RoutingDecision.clinic_id, RoutingDecision.reason).where(RoutingDecision.request_id == request.id)
    return [(clinic_id, reason) for clinic_id, reason in db.session.execute(query.order_by(RoutingDecision.rank))]


def counted(request: QuoteRequest) -> dict[str, int]:
    query = select(RoutingCount.reason, RoutingCount.count).where(RoutingCount.request_id == request.id)
    return {reason: count for reason, count in db.session.execute(query)}


def fill_up(clinic: Clinic) -> None:
    while reserve_places([clinic.id]):
        pass


def test_finding_clinics_is_one_statement_however_many_there_are(make_clinic: Make, make_draft: Make) -> None:
    request = make_draft()
    for number in range(7):
        make_clinic(f"Clinic {number}")
    propose(request)
    with statements_of(db.engine.engine) as seen:
        propose(request)
    assert len([statement for statement in seen if any(table in statement for table in ROUTED)]) == 1
    assert len(seen) <= 5, "how many clinics there are; for the page the clinics, their checks and prices"


def test_what_was_shown_stays_whatever_happens_meanwhile(make_clinic: Make, make_draft: Make) -> None:
    first, request = make_clinic(), make_draft()
    show_proposals(request)
    make_clinic("Clinic Nar")
    fill_up(first)
    assert proposed(request) == [first.id]
    assert refusals(request, [first]) == {first.id: "full"}


def test_what_is_recorded_is_what_was_shown(make_clinic: Make, make_draft: Make) -> None:
    first, request = make_clinic(), make_draft(destinations=["TR"])
    make_clinic("Clinic Wisła", country="PL")
    facets.rebuild()
    show_proposals(request)
    later = make_clinic("Clinic Nar")
    submit(request, share_health=False, aftercare=False)
    assert decided(request) == [(first.id, "new_here")]
    assert (counted(request), db.session.scalars(select(RoutingProposal)).all()) == ({"other_country": 1}, [])
    assert db.session.scalars(select(RoutingDecision.policy)).all() == [POLICY]
    assert later.id not in dict(decided(request))


def test_a_request_sent_anew_has_the_record_of_the_last_time_only(make_clinic: Make, make_draft: Make) -> None:
    first, request = make_clinic(), make_draft()
    submit(request, share_health=False, aftercare=False)
    rewrite(request)
    second = make_clinic("Clinic Nar")
    submit(request, share_health=False, aftercare=False)
    assert {clinic_id for clinic_id, _reason in decided(request)} == {first.id, second.id}


def test_the_page_decides_and_sending_it_decides_nothing_again(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    answer_until(client, "clinics")
    client.get("/get-quotes/clinics")
    with statements_of(db.engine.engine) as seen:
        assert answer(client, "clinics", clinics=[clinic.slug]).status_code == 303
    assert not [statement for statement in seen if any(table in statement for table in ROUTED)]


def test_a_clinic_that_filled_up_after_it_was_shown_is_named_on_the_next_page(client: Any, make_clinic: Make) -> None:
    clinic, other = make_clinic(), make_clinic("Clinic Nar")
    answer_until(client, "clinics")
    client.get("/get-quotes/clinics")
    fill_up(clinic)
    assert answer(client, "clinics", clinics=[clinic.slug, other.slug]).status_code == 303
    assert "Has taken all the requests it can for now" in client.get("/get-quotes/check").page.text


def test_a_clinic_that_was_not_shown_cannot_be_ticked(client: Any, make_clinic: Make) -> None:
    make_clinic()
    answer_until(client, "clinics")
    client.get("/get-quotes/clinics")
    assert answer(client, "clinics", clinics=[make_clinic("Clinic Nar").slug]).status_code == 422


def test_the_clinic_it_was_started_from_is_judged_by_its_own_rows(make_clinic: Make, make_draft: Make) -> None:
    first, request = make_clinic(listing_state="paused"), make_draft()
    make_clinic("Clinic Nar")
    request.started_from_id = first.id
    submit(request, share_health=False, aftercare=False)
    assert dict(decided(request))[first.id] == "clinic_paused"


def test_the_clinic_it_was_started_from_comes_first_wherever_it_stands(
    make_clinic: Make, make_draft: Make, monkeypatch: Any
) -> None:
    monkeypatch.setattr(proposal, "read_best", lambda *_: [])
    first, request = make_clinic(leads_sent=40), make_draft()
    request.started_from_id = first.id
    assert [(each.clinic.id, each.reason) for each in propose(request)] == [(first.id, "asked_for")]


def test_full_clinics_take_no_place_among_those_considered(make_clinic: Make, make_draft: Make) -> None:
    for number in range(3):
        fill_up(make_clinic(f"Clinic {number}", leads_sent=9, leads_answered=9, daily_capacity=1))
    last, request = make_clinic("Last", leads_sent=9), make_draft()
    assert [each.clinic.id for each in propose(request)] == [last.id]


def test_as_the_best_fill_others_with_more_room_are_read_beside_them(make_clinic: Make, make_draft: Make) -> None:
    for number in range(6):
        reserve_places([make_clinic(f"Clinic {number}", leads_sent=9, leads_answered=9, daily_capacity=2).id])
    new, request = make_clinic("New here"), make_draft()
    assert new.id in {clinic.clinic_id for clinic in read_best(request, request_facts(request), most=6)}


def test_in_a_great_market_the_rest_is_only_counted(make_clinic: Make, make_draft: Make, monkeypatch: Any) -> None:
    monkeypatch.setattr(eligible, "EXPLAINED", 3)
    eligible.explained.cache_clear()
    for number in range(6):
        make_clinic(f"Clinic {number}", languages=["tr"])
    facets.rebuild()
    counts = show_proposals(make_draft(languages=["de"])).counts
    eligible.explained.cache_clear()
    assert counts == {"no_shared_language": 3, "not_looked_at": 3}


def test_the_clinic_started_from_is_named_however_many_others_there_are(make_clinic: Make, make_draft: Make) -> None:
    request, first = make_draft(), make_clinic(languages=["ja"])
    for number in range(PLACES + DETAILED + 1):
        make_clinic(f"Clinic {number}")
    request.started_from_id = first.id
    db.session.flush()
    considered = consider(request)
    assert [each.reason for each in considered.detailed if each.clinic_id == first.id] == ["no_shared_language"]
    assert [each.outcome for each in considered.verdicts[:PLACES]] == ["proposed"] * PLACES
