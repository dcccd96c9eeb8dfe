"""From a finished draft to leads."""

import pytest
from sqlalchemy import func, select

from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.foundation.audit.log import AuditEntry
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.models import Lead, RoutingCount, RoutingDecision
from marketplace.leads.proposal import show_proposals
from marketplace.leads.routing import DETAILED
from marketplace.leads.submission import add_clinics, confirm, submit
from marketplace.quote_requests.drafts import start
from marketplace.quote_requests.queries import consents
from marketplace.quote_requests.states import RequestState
from tests.factories import Make


def happened(request: object) -> list[str]:
    query = select(AuditEntry.name).where(AuditEntry.request_id == request.id).order_by(AuditEntry.id)  # type: ignore[attr-defined]
    return list(db.session.scalars(query))


def test_sending_stores_consent_and_nothing_goes_to_a_clinic(make_clinic: Make, make_draft: Make) -> None:
    clinic = make_clinic()
    request = make_draft(clinic)
    submit(request, share_health=True, aftercare=False)
    consent = consents(request)[0]
    assert (request.state, consent.act, consent.clinic_id) == (
        RequestState.UNCONFIRMED,
        "given",
        clinic.id,
    )
    assert "Clinic Lale (Türkiye)" in consent.text
    assert db.session.scalar(select(func.count()).select_from(Lead)) == 0


def test_confirming_makes_one_lead_a_clinic(make_clinic: Make, make_request: Make) -> None:
    request = make_request(make_clinic(), make_clinic("Clinic Nar"))
    leads = db.session.scalars(select(Lead).where(Lead.request_id == request.id)).all()
    assert [lead.state for lead in leads] == ["new", "new"]
    assert happened(request) == ["RequestSubmitted", "LeadArrived", "LeadArrived", "RequestConfirmed"]


def test_confirmed_twice_is_refused(make_request: Make) -> None:
    with pytest.raises(WrongState):
        confirm(make_request())


def test_sent_twice_is_refused(make_clinic: Make, make_draft: Make) -> None:
    request = make_draft(make_clinic())
    submit(request, share_health=False, aftercare=False)
    with pytest.raises(WrongState):
        submit(request, share_health=False, aftercare=False)


def test_an_unfinished_draft_names_what_is_missing(db_session: object) -> None:
    with pytest.raises(Refused) as refused:
        submit(start(), share_health=False, aftercare=False)
    assert refused.value.field == "treatment"


def test_a_clinic_that_filled_up_is_said_to_be_full(make_clinic: Make, make_draft: Make) -> None:
    clinic = make_clinic(daily_capacity=0)
    request = make_draft(clinic)
    submit(request, share_health=True, aftercare=False)
    confirmed = confirm(request)
    assert (confirmed.leads, confirmed.full) == ([], [clinic])
    assert "NoClinicFound" in happened(request)


def test_without_a_clinic_it_is_kept_waiting(make_draft: Make) -> None:
    request = make_draft()
    submit(request, share_health=True, aftercare=False)
    confirm(request)
    assert request.state == RequestState.OPEN
    assert happened(request)[-1] == "NoClinicFound"


def test_every_clinic_considered_is_accounted_for(make_clinic: Make, make_draft: Make) -> None:
    for n in range(30):
        make_clinic(f"Clinic {n}", country="TR" if n < 28 else "PL")
    request = make_draft(make_clinic("Chosen"), destinations=["TR"])
    facets.rebuild()
    submit(request, share_health=True, aftercare=False)
    rows = db.session.scalars(select(RoutingDecision).where(RoutingDecision.request_id == request.id)).all()
    rest = db.session.scalar(select(func.sum(RoutingCount.count)).where(RoutingCount.request_id == request.id))
    assert (len(rows), rest) == (5 + DETAILED, 31 - 5 - DETAILED)


def test_asking_again_for_the_same_tells_only_the_mailbox(
    make_clinic: Make, make_request: Make, make_draft: Make
) -> None:
    clinic = make_clinic()
    first, second = make_request(clinic), make_draft(clinic)
    submit(second, share_health=True, aftercare=False)
    assert second.state == RequestState.UNCONFIRMED
    assert happened(first)[-1] == "RequestRepeated"
    assert happened(second) == []


def test_more_clinics_are_added_with_a_consent_of_their_own(make_clinic: Make, make_request: Make) -> None:
    request, other = make_request(make_clinic()), make_clinic("Clinic Nar")
    assert len(add_clinics(request, [other], share_health=False).leads) == 1
    assert [consent.purpose for consent in consents(request)] == ["request", "health", "request"]
    assert "without my health answers" in consents(request)[-1].text


def test_a_clinic_that_was_not_proposed_is_not_added(make_clinic: Make, make_request: Make) -> None:
    request, pole = (
        make_request(make_clinic(), languages=["tr"]),
        make_clinic("Clinic Wisła", languages=["pl"]),
    )
    with pytest.raises(Refused):
        add_clinics(request, [pole], share_health=False)


def test_five_are_proposed_each_with_its_reason(make_clinic: Make, make_draft: Make) -> None:
    for n in range(7):
        make_clinic(f"Clinic {n}")
    proposed = show_proposals(make_draft())
    assert [p.reason for p in proposed.proposals] == ["new_here"] * 5
    assert proposed.counts == {"ranked_lower": 2}
