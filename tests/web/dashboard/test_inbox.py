"""The list of requests: what an address cannot mean is said, and the way back keeps where one was."""

from typing import Any

import pytest

from marketplace.extensions import db
from marketplace.leads.actions import ask
from marketplace.leads.states import TABS
from marketplace.quotes import inbox
from marketplace.quotes.inbox import InboxPlace
from tests.factories import Make, build_lead
from tests.reading import words


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("state=zzz", "There is no list “zzz”"),
        ("page=abc", "“abc” is not the number of a page"),
        ("page=0", "“0” is not the number of a page"),
        ("page=999", "There is no page 999. This is page 1, the last"),
        ("after=xx", "The address names no place in this list"),
        ("before=AAAA", "The address names no place in this list"),
        ("page=²", "“²” is not the number of a page"),
        ("unread=perhaps", "“perhaps” does not say what is unread"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(desk: Any, query: str, said: str) -> None:
    answer = desk.get(f"/dashboard/leads?{query}")
    assert answer.status_code == 200
    assert said in words(answer.page.one("div", role="alert"))
    (about,) = {link.get("href") for link in answer.page.one("div", role="alert").iter("a")}
    assert answer.page.one("div", id=about.lstrip("#")) is not None


def test_a_good_address_has_no_error(desk: Any) -> None:
    for query in ("", *(f"?state={tab}&page=1" for tab in TABS), "?unread=1", "?unread=1&state=won"):
        assert not desk.get(f"/dashboard/leads{query}").page.all("div", role="alert")


def test_each_tab_counts_its_rows(desk: Any, make_lead: Make) -> None:
    ask(build_lead(desk.clinic), "Which area?")
    build_lead(desk.clinic, email="b@patient.example")
    db.session.commit()
    tabs = {
        link.get("href"): words(link)
        for nav in desk.get("/dashboard/leads").page.all("nav", class_="tabs")
        for link in nav.iter("a")
    }
    for href, text in tabs.items():
        page = desk.get(href).page
        rows = sum(len(body.findall("tr")) for body in page.all("tbody"))
        assert text.endswith(str(rows)), (href, text)


def test_back_keeps_the_tab_and_the_page(desk: Any, make_lead: Make) -> None:
    lead = build_lead(desk.clinic)
    db.session.commit()
    desk.get("/dashboard/leads?state=waiting")
    page = desk.get(f"/dashboard/leads/{lead.request.ref}").page
    (back,) = page.one("nav", class_="back").iter("a")
    assert back.get("href") == "/dashboard/leads?state=waiting"


def test_pages_lead_on_and_back_keeps_the_place(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAGE", 1)
    for n in range(3):
        build_lead(desk.clinic, email=f"{n}@patient.example")
    db.session.commit()
    onward = desk.get("/dashboard/leads").page.one("a", rel="next").get("href")
    page = desk.get(onward).page
    (lead,) = [link.get("href") for body in page.all("tbody") for link in body.iter("a")]
    (back,) = desk.get(lead).page.one("nav", class_="back").iter("a")
    assert back.get("href") == onward
    assert [words(link) for link in page.one("nav", class_="pages").iter("a")] == [
        "First page",
        "Previous page",
        "Next page",
    ]
    first = desk.get(page.one("a", rel="prev").get("href")).page
    assert first.one("a", rel="next").get("href") == onward
    last = desk.get(page.one("a", rel="next").get("href")).page
    assert last.all("a", rel="next") == []


def test_a_page_after_the_end_says_so(desk: Any, make_lead: Make) -> None:
    lead = make_lead(desk.clinic)
    place = InboxPlace("new", unread=False, due_at=lead.due_at, lead_id=lead.id)
    assert "The list ends before this page" in desk.get(f"/dashboard/leads?after={place}").page.text


def test_the_name_is_gone_with_the_right_to_read(desk: Any, make_lead: Make) -> None:
    from marketplace.leads.actions import decline

    lead = make_lead(desk.clinic, name="Zebulon")
    assert "Zebulon" in desk.get("/dashboard/leads").page.text
    decline(lead, "no_dates")
    assert "Zebulon" not in desk.get("/dashboard/leads?state=closed").page.text
