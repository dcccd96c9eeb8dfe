"""A guide as a phone reader needs it: in short, contents, care card, then the text; what is drawn equals its table."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import text

from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.queries import treatments
from marketplace.extensions import db
from marketplace.web.public.guide_drawings import MILLIMETRE, SURFACE
from tests.reading import Page, words
from tests.second_treatment import SLUG, load_second

SVG = "{http://www.w3.org/2000/svg}"
GUIDE, AFTERCARE = "/treatments/mesotherapy", "/treatments/mesotherapy/aftercare"


def ids(page: Page) -> list[str]:
    """What main has names for, from top to bottom."""
    return [element.get("id", "") for element in page.one("main").iter() if element.get("id")]


def figure(page: Page, table: str) -> tuple[Element, list[list[str]]]:
    """A drawing, and the rows of the table beside it as words."""
    found = next(each for each in page.all("figure") if any(one.get("id") == table for one in each.iter()))
    rows = [[words(cell) for cell in row if cell.tag in {"th", "td"}] for row in found.iter("tr")]
    return next(found.iter(f"{SVG}svg")), rows


def rects(drawing: Element, kind: str) -> list[dict[str, str]]:
    return [dict(each.attrib) for each in drawing.iter(f"{SVG}rect") if each.get("class") == kind and each.get("y")]


def test_the_answer_contents_and_the_care_card_stand_before_the_text(client: Any) -> None:
    order = ids(client.get(GUIDE).page)
    wanted = ["in-short", "contents", "talk-first", "what-mesotherapy-is", "depths-title", "weeks-title", "days-title"]
    assert [name for name in order if name in wanted] == wanted
    assert order.index("days-title") < order.index("rare-risks") < order.index("sources")


def test_the_answer_takes_each_fact_from_its_place(client: Any) -> None:
    short = words(next(each for each in client.get(GUIDE + "?home=gb").page.all("section", class_="short")))
    facts = treatments()[0].procedures[0].facts
    sessions, weeks = ("{} to {}".format(*facts[name]) for name in ("sessions", "spacing_weeks"))
    assert f"{sessions} sessions, {weeks} weeks apart, then one every 2 to 3 months" in short
    assert "Redness for 6 to 24 hours and small bruises for 2 to 5 days" in short
    assert "loss of sight" in short
    assert "a session in India, £187 to £746 in the United Kingdom guide ranges, without travel" in short
    db.session.execute(text("UPDATE procedure SET facts = facts || '{\"sessions\": [3, 5]}' WHERE slug = 'facial'"))
    assert "3 to 5 sessions, 2 to 4 weeks apart" in client.get(GUIDE).page.text


def test_a_home_without_a_price_leaves_it_out(client: Any) -> None:
    text_of = client.get(GUIDE + "?home=de").page.text
    assert "a session in India guide ranges, without travel" in text_of


@pytest.mark.parametrize("path", [GUIDE, GUIDE + "/questions", AFTERCARE])
def test_nothing_is_called_reviewed_before_somebody_signs(client: Any, path: str) -> None:
    answer = client.get(path)
    assert "Reviewed" not in answer.text
    assert "Not signed off by a clinician It is not medical advice. Written from sources on 28" in answer.page.text
    db.session.execute(text("UPDATE treatment SET signed_off_by = 'Dr Sample'"))
    signed = client.get(path).page.text
    assert "Signed off by Dr Sample." in signed
    assert "Not signed off" not in signed


def test_the_care_card_asks_what_the_form_asks(client: Any) -> None:
    card = words(client.get(GUIDE).page.one("section", class_="care"))
    assert all(each.patient in card for each in particulars_of(treatments()[0]).conditions)
    assert "Do not stop taking it" in card


def test_aftercare_begins_with_the_doctor(client: Any) -> None:
    page = client.get(AFTERCARE).page
    cards = [words(next(each.iter("h2"))) for each in page.all("section", class_="care")]
    assert cards == ["Important: When to see a doctor", "Important: When to get emergency help"]
    assert ids(page).index("when-to-see-a-doctor") < ids(page).index("contents") < ids(page).index("the-first-12-hours")


def test_a_needle_reaches_as_deep_as_its_row_says(client: Any) -> None:
    drawing, rows = figure(client.get(GUIDE).page, "depths")
    drawn = []
    for each in rects(drawing, "reach"):
        top, height = int(each["y"]), int(each["height"])
        drawn.append(f"{(top - SURFACE) // MILLIMETRE} to {(top + height - SURFACE) // MILLIMETRE} mm")
    assert drawn == [depth for _name, depth in rows if depth != "Not stated"] == ["1 to 4 mm", "1 to 2 mm", "2 to 4 mm"]
    assert [name for name, depth in rows if depth == "Not stated"] == [
        "Scalp mesotherapy",
        "Mesotherapy round the eyes",
        "Neck, hands or chest",
    ]
    assert drawing.get("role") == "img"


@pytest.mark.parametrize("path", [GUIDE, AFTERCARE])
def test_a_bar_is_as_long_as_its_row_says(client: Any, path: str) -> None:
    drawing, rows = figure(client.get(path).page, "effects")
    days = 5 * 24
    for hatched, solid, (_label, lasts) in zip(rects(drawing, "reach"), rects(drawing, "bold"), rows, strict=False):
        low, _to, high, unit = lasts.split()
        hours = 24 if unit == "days" else 1
        ends = [float(each["width"].rstrip("%")) for each in (solid, hatched)]
        assert ends == pytest.approx([100 * int(end) * hours / days for end in (low, high)], abs=0.01), lasts
    assert ["Redness after mesoglow", "12 to 24 hours"] in rows
    assert ["A new lump", "See a doctor"] in rows
    assert all(
        f"{label}: {lasts}." in words(drawing.find(f"{SVG}desc")) for label, lasts in rows if lasts != "See a doctor"
    )


def test_a_course_has_the_sessions_and_weeks_of_its_row(client: Any) -> None:
    drawing, rows = figure(client.get(GUIDE).page, "weeks")
    by_line: dict[str, list[float]] = {}
    for each in drawing.iter(f"{SVG}circle"):
        by_line.setdefault(each.get("cy", ""), []).append(float(each.get("cx", "").rstrip("%")))
    week = (by_line[min(by_line, key=int)][1] - by_line[min(by_line, key=int)][0]) / 2
    spans = [[round((x - places[0]) / week) for x in places[:-1]] for places in by_line.values()]
    assert [(len(weeks), weeks[1], weeks[-1]) for weeks in spans] == [(4, 2, 6), (6, 4, 20), (3, 2, 4), (4, 3, 9)]
    said = {row[0]: row[1:] for row in rows[1:]}
    assert said["Facial mesotherapy"] == ["Sessions 4 to 6", "Weeks apart 2 to 4", "First to last 6 to 20 weeks"]
    assert said["Mesoglow"] == ["Sessions 3 to 4", "Weeks apart 2 to 3", "First to last 4 to 9 weeks"]
    assert said["Scalp mesotherapy"][1] == "Weeks apart Not stated We count with 2 to 4"
    assert said["Mesolift"] == ["Sessions Not stated", "Weeks apart Not stated", "First to last Not stated"]


def test_another_treatment_draws_what_it_states_and_nothing_else(app: Any, client: Any, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "CONTENT_FOLDERS", ())
    load_second(app)
    db.session.flush()
    page = client.get(f"/treatments/{SLUG}").page
    drawing, rows = figure(page, "weeks")
    assert len(page.all("figure")) == 1
    assert [row[0] for row in rows[1:]] == ["Laser, legs", "Laser, upper lip and chin"]
    assert not [each for each in drawing.iter(f"{SVG}circle") if each.get("class") == "open"]
    assert [client.get(f"/treatments/{SLUG}/{kind}").status_code for kind in ("questions", "aftercare")] == [200, 200]


def test_the_list_of_treatments_leads_on_by_what_people_want_help_with(client: Any) -> None:
    page = client.get("/treatments").page
    about = treatments()[0]
    links = [a.get("href") for a in page.one("main").iter("a")]
    assert {GUIDE, GUIDE + "/cost", GUIDE + "/questions", AFTERCARE, "/clinics?procedure=facial"} <= set(links)
    assert all(row["label"] in page.text for row in about.concerns)
    assert not page.all("table")
