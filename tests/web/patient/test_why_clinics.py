"""A person reads why clinics were proposed for the request, why others were not, and which answer would let them in."""

from typing import Any

import pytest

from marketplace.clinics import facets
from marketplace.extensions import db
from marketplace.leads.models import RoutingCount, RoutingDecision
from marketplace.leads.queries import decisions
from marketplace.leads.routing import POLICY
from marketplace.leads.submission import confirm, submit
from tests.factories import Make
from tests.reading import words
from tests.web.patient.filling import answer_until
from tests.web.patient.test_request_pages import opened


def why(page: Any) -> str:
    """What the page says from the folded part on."""
    return str(page.text).partition("Why these clinics")[2]


def test_each_proposed_clinic_has_the_facts_it_was_proposed_by(
    client: Any, make_clinic: Make, make_request: Make
) -> None:
    make_clinic("Clinic Nar", leads_sent=40, leads_answered=38)
    text = why(client.get(opened(client, make_request(make_clinic("Clinic Lale")))).page)
    assert "Clinic Nar: likely to answer 93 of 100 requests; all its places free." in text
    assert "Clinic Lale: new here, without reply times yet; all its places free." in text


def test_a_clinic_that_has_the_request_is_never_among_those_not_proposed(
    client: Any, make_clinic: Make, make_request: Make
) -> None:
    request = make_request(make_clinic("Clinic Lale"), make_clinic("Clinic Nar"))
    lale = next(row for row in decisions(request) if row.clinic.name == "Clinic Lale")
    lale.outcome, lale.reason = "ineligible", "full"
    db.session.commit()
    text = why(client.get(opened(client, request)).page)
    asked = text.partition("Clinics you asked")[2]
    assert "Clinic Lale" in asked
    assert "Clinic Nar" in asked
    assert "Has taken all the requests it can" not in text


def test_what_was_not_proposed_is_named_and_counted_by_reason(
    client: Any, make_clinic: Make, make_request: Make
) -> None:
    make_clinic("Clinic Sakura", languages=["ja"])
    make_clinic("Clinic Wisła", country="PL")
    facets.rebuild()
    page = client.get(opened(client, make_request(destinations=["TR"]))).page
    assert "1 clinic: Speaks none of your languages. Change your languages" in why(page)
    assert "Clinic Sakura." in why(page)
    assert "1 clinic: Is in a country you did not choose. Change where you would travel" in why(page)
    assert "Clinic Wisła" not in why(page)


def test_thousands_are_counted_beside_the_few_that_are_named(
    client: Any, make_clinic: Make, make_request: Make
) -> None:
    request, other = make_request(), make_clinic("Clinic Sakura")
    kept: dict[str, Any] = {"request_id": request.id, "policy": POLICY, "decided_at": request.unconfirmed_at}
    verdict = {"outcome": "ineligible", "reason": "full", "rank": 2, "score": {}}
    db.session.add(RoutingDecision(clinic_id=other.id, **verdict, **kept))
    db.session.add(RoutingCount(reason="full", count=4000, **kept))
    db.session.commit()
    text = why(client.get(opened(client, request)).page)
    assert "4,001 clinics: Has taken all the requests it can for now." in text
    assert "Clinic Sakura. And 4,000 more." in text


def test_a_request_that_found_nobody_says_why_and_what_can_be_changed(
    client: Any, make_clinic: Make, make_draft: Make
) -> None:
    make_clinic("Clinic Sakura", languages=["ja"])
    request = make_draft()
    submit(request, share_health=False, aftercare=False)
    confirm(request)
    base = opened(client, request)
    page = client.get(base).page
    (part,) = [part for part in page.one("main").iter("details") if words(part).startswith("Why no clinic")]
    assert part.get("open") is not None
    assert "Speaks none of your languages." in words(part)
    assert f"{base}/answers/you" in {link.get("href") for link in part.iter("a")}
    assert "1 clinic: Speaks none of your languages." in client.get(f"{base}/clinics").page.text


@pytest.mark.parametrize(("clinic", "changed"), [({"languages": ["ja"]}, "you"), ({"country": "JP"}, "where")])
def test_the_form_says_why_nobody_fits_and_what_to_change(
    client: Any, make_clinic: Make, clinic: dict[str, Any], changed: str
) -> None:
    make_clinic("Clinic Sakura", **clinic)
    facets.rebuild()
    answer_until(client, "clinics")
    main = client.get("/get-quotes/clinics").page.one("main")
    assert f"/get-quotes/{changed}?change=1" in {link.get("href") for link in main.iter("a")}
