"""The content of public pages is read once, and what changed is on the next page, also before it is committed."""

from typing import Any

import pytest
from sqlalchemy import text

from marketplace.catalogue.published import content
from marketplace.extensions import db

GUIDE, COST = "/treatments/mesotherapy", "/treatments/mesotherapy/cost?home=gb&currency=GBP"


@pytest.mark.parametrize(
    ("statement", "page", "shown"),
    [
        ("UPDATE guide SET title = 'Another title' WHERE kind = 'guide'", GUIDE, "Another title"),
        ("UPDATE guide SET body = body || ' Another end.' WHERE kind = 'guide'", GUIDE, "Another end."),
        ("UPDATE procedure SET name = 'Another name' WHERE slug = 'facial'", GUIDE, "Another name"),
        ("UPDATE treatment SET name = 'Another treatment'", "/treatments", "Another treatment"),
        ("UPDATE price_range SET period = '1999'", COST, "1999"),
    ],
)
def test_what_changed_is_on_the_next_page(client: Any, statement: str, page: str, shown: str) -> None:
    assert shown not in client.get(page).page.text
    db.session.execute(text(statement))
    assert shown in client.get(page).page.text


def test_what_nobody_changed_is_read_once(db_session) -> None:
    assert content() is content()


def test_what_is_kept_can_be_read_without_a_session(db_session) -> None:
    found = content()
    db.session.expunge_all()
    about = found.treatment("mesotherapy")
    assert [procedure.treatment_id for procedure in about.procedures] == [about.id] * len(about.procedures)
    assert {each.procedure.slug for each in found.price_ranges(about)} <= {each.slug for each in about.procedures}
