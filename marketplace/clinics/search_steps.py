"""The steps in which a search goes through the tiers of an order (search_terms.py)."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    bindparam,
    collate,
    column,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from marketplace.clinics.list_statements import number
from marketplace.clinics.search_terms import LENGTH

# The tiers from a place on, or back to it. One with a part of the shuffle is in both halves if the turn is in it.
_TIERS = """
    SELECT substr(tier, 1, 5) AS high, half, tier,
        sum(greatest(clinics, 1)) OVER (ORDER BY left(tier, {length}), half NULLS FIRST, tier) AS upto
    FROM search_tier JOIN (VALUES (NULL::integer), (0), (1)) AS halves (half) ON CASE
        WHEN length(tier) = {length} THEN half IS NULL
        WHEN half = 0 THEN right(tier, 2) >= :part
        WHEN half = 1 THEN right(tier, 2) <= :part
    END
    WHERE tier >= :{name}_lowest AND tier < :{name}_beyond AND left(tier, {length}) {towards} :{name}_begin
"""


def tiers_in_steps(name: str, *, back: bool) -> tuple[Subquery, FromClause]:
    """Returns stretches of tiers, to be looked into for anything at all, and the steps of one, to be read whole.

    `name` is what their values begin with; `back` for those before a place.
    """
    sql = _TIERS.format(length=LENGTH, name=name, towards="<=" if back else ">=")
    columns = (column("high", Text()), column("half", Integer()), column("tier", Text()), column("upto", BigInteger()))
    given = (bindparam(f"{name}_{what}", type_=Text()) for what in ("lowest", "beyond", "begin"))
    tiers = text(sql).bindparams(bindparam("part", type_=Text()), *given).columns(*columns).cte()
    tiers = tiers.prefix_with("MATERIALIZED")
    wide, narrow = (func.div(tiers.c.upto, number(f"{name}_{what}")) for what in ("wide", "narrow"))

    def grouped(*by: ColumnElement[Any]) -> Select[*tuple[object, ...]]:
        of = (tiers.c.high, tiers.c.half, *by)
        high, half, *within = (each.desc() for each in of) if back else of
        order = (high, half.nulls_last() if back else half.nulls_first(), *within)
        # An index finds nothing by words of another collation than its own.
        tiers_of = func.array_agg(collate(tiers.c.tier, "default"), type_=ARRAY(TEXT)).label("tiers")
        return select(tiers_of, tiers.c.high, tiers.c.half, wide.label("stretch")).group_by(*of).order_by(*order)

    stretch = grouped(wide).subquery(f"{name}_stretch")
    of_stretch = (tiers.c.high == stretch.c.high, tiers.c.half.is_not_distinct_from(stretch.c.half))
    step = grouped(wide, narrow).where(*of_stretch, wide == stretch.c.stretch).correlate(stretch)
    return stretch, step.lateral(f"{name}_step")
