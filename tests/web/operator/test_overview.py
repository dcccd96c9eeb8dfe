"""The operators' desk: each count leads to exactly the rows it counted."""

from typing import Any

from sqlalchemy import select

from marketplace.clinics.checks import submit_evidence
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import CheckKind, CheckState, ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.mail.models import Email, EmailState
from marketplace.quote_requests import retention
from tests.factories import build_clinic, build_lead, build_request
from tests.reading import Page, words


def rows_of(page: Page) -> int:
    """Of the table, or the list, that the page is about."""
    listed = next((table for table in page.all("table") if table.get("id") != "suppressed"), None)
    return len(list(listed.iter("tr"))) - 1 if listed is not None else 0


def something_of_everything() -> None:
    for state in (ListingState.IN_REVIEW, ListingState.SUSPENDED, ListingState.PAUSED):
        build_clinic(f"Clinic {state}", listing_state=state, expired=(CheckKind.LICENCE,))
    waiting = build_clinic("Clinic A", expired=(CheckKind.PRICES,))
    for check in waiting.checks[3:5]:
        check.state, check.missing_at = CheckState.MISSING, clock.now()
        submit_evidence(check, evidence="Extract", source="Register")
    build_lead(waiting)
    build_request(build_clinic("Clinic C"), email="c@patient.example")
    email = db.session.scalars(select(Email)).first()
    assert email is not None
    email.failed_at, email.state = clock.now(), EmailState.FAILED
    db.session.commit()


def counts_of(page: Page) -> list[tuple[str, str, int]]:
    rows = [row for table in page.all("table") for row in table.iter("tr") if row.find("./th/a") is not None]
    return [(words(row[0]), row.find("./th/a").get("href"), int(words(row[1]))) for row in rows]


def test_each_count_is_the_number_of_rows_behind_it(desk: Any) -> None:
    something_of_everything()
    counted = counts_of(desk.get("/operator").page)
    assert sum(1 for _label, _href, n in counted if n) >= 9
    assert {href: rows_of(desk.get(href).page) for _label, href, _n in counted} == {
        href: n for _label, href, n in counted
    }


def test_evidence_is_listed_by_check_with_the_way_to_record_it(desk: Any) -> None:
    something_of_everything()
    clinic = db.session.scalars(select(Clinic).where(Clinic.name == "Clinic A")).one()
    page = desk.get("/operator/checks?state=submitted").page
    assert page.h1 == "Evidence to check"
    assert page.all("a", href=f"/operator/clinics/{clinic.id}/checks/{clinic.checks[3].kind}")


def test_an_erased_request_says_so_and_not_what_nobody_said(desk: Any) -> None:
    request = build_request()
    retention.empty(request)
    db.session.commit()
    row = words(desk.get("/operator/requests").page.one("tbody"))
    assert "Erased" in row
    assert "Unsure" not in row
    assert "Anywhere" not in row
