"""The choice of quotes to compare is kept for the request, and what stands on paper."""

from typing import Any

import pytest
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.leads.models import Lead
from marketplace.quotes.models import Quote
from tests.conftest import reader_of
from tests.factories import Make
from tests.web.patient.test_request_pages import opened


@pytest.fixture
def three(make_clinic: Make, make_request: Make, make_quote: Make) -> list[Quote]:
    """The quotes of three clinics."""
    request = make_request(make_clinic(), make_clinic("Clinic Nar"), make_clinic("Clinic Salkım"))
    leads = db.session.scalars(select(Lead).where(Lead.request_id == request.id).order_by(Lead.id)).all()
    return [make_quote(lead) for lead in leads]


def heads(page: Any) -> int:
    return len(page.all("th", scope="col"))


def test_the_comparison_begins_with_what_was_kept_on_any_device(app: Any, client: Any, three: list[Quote]) -> None:
    base = opened(client, three[0].lead.request)
    assert heads(client.get(f"{base}/compare").page) == 3
    page = client.get(f"{base}/compare?quotes={three[0].number}&quotes={three[2].number}").page
    (form,) = [form for form in page.all("form", method="post") if form.get("action") == f"{base}/compare/keep"]
    assert client.post(form.get("action"), data={"quotes": f"{three[0].number},{three[2].number}"}).status_code == 303
    other = reader_of(app)
    opened(other, three[0].lead.request)
    assert heads(other.get(f"{base}/compare").page) == 2
    assert heads(other.get(f"{base}/compare?quotes={three[1].number}").page) == 1


@pytest.mark.parametrize("typed", ["", "99", "x,-1,٣", "1" * 5000])
def test_a_choice_of_nothing_changes_nothing(client: Any, three: list[Quote], typed: str) -> None:
    base = opened(client, three[0].lead.request)
    assert client.post(f"{base}/compare/keep", data={"quotes": typed}).status_code == 303
    assert heads(client.get(f"{base}/compare").page) == 3


def test_a_quote_on_paper_has_its_reference_and_the_day(client: Any, three: list[Quote]) -> None:
    base = opened(client, three[0].lead.request)
    page = client.get(f"{base}/quotes/{three[0].number}").page
    assert (
        f"Request {three[0].lead.request.ref}, quote {three[0].number}, printed on"
        in page.one("p", class_="on-paper").text
    )
