"""Loading the content: once is enough, and what an operator edited stays."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import func, select

from marketplace.catalogue import content_loader, queries
from marketplace.catalogue.models import Guide, PriceRange, Procedure, ReferenceRate
from marketplace.extensions import db

pytestmark = pytest.mark.usefixtures("db_session")


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_second_load_changes_nothing() -> None:
    before = [count(model) for model in (Procedure, PriceRange, Guide, ReferenceRate)]
    report = content_loader.load()
    assert (report.added, report.updated, report.left) == (0, 0, [])
    assert [count(model) for model in (Procedure, PriceRange, Guide, ReferenceRate)] == before


def test_what_an_operator_edited_is_left_and_named() -> None:
    aftercare = select(Guide).where(Guide.kind == "aftercare")
    db.session.scalars(aftercare).one().body = "Edited."
    next(found for found in queries.price_ranges("mesotherapy") if found.country == "TR").low = 5500
    report = content_loader.load()
    assert (report.added, report.updated) == (0, 0)
    assert sorted(report.left) == ["facial TR guide", "mesotherapy aftercare"]
    assert db.session.scalars(aftercare).one().body == "Edited."


def test_what_nobody_edited_follows_the_file() -> None:
    scalp = db.session.scalars(select(Procedure).where(Procedure.slug == "scalp")).one()
    now = scalp.short
    scalp.short = "An older text."
    fields = {"name", "short", "description", "treatment_id", "position", "facts"}
    scalp.loaded_digest = content_loader._digest({name: getattr(scalp, name) for name in fields})
    assert content_loader.load().updated == 1
    assert scalp.short == now


def test_what_is_missing_is_added() -> None:
    gone = queries.price_ranges("mesotherapy", country="CZ")
    for found in gone:
        db.session.delete(found)
    db.session.flush()
    assert content_loader.load().added == len(gone) == 1
    assert queries.price_ranges("mesotherapy", country="CZ")[0].source


def test_every_price_has_basis_period_source_and_dates() -> None:
    rows = content_loader._rows(content_loader.CONTENT / "mesotherapy" / "prices.yaml")
    said = {(row["procedure"], row["country"]): (row["basis"], row["count"], row["period"]) for row in rows}
    for found in queries.price_ranges("mesotherapy"):
        assert (found.basis, found.count, found.period) == said[found.procedure.slug, found.country]
        assert found.source
        assert found.reviewed_on < found.next_review


def test_a_renamed_column_does_not_make_a_row_an_edited_one() -> None:
    assert content_loader._digest({"count": 3, "low": 1}) == hashlib.sha256(b'{"low": 1, "n": 3}').hexdigest()
