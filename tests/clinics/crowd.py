"""A crowd of listed clinics in the summary tables alone, made by the database itself: as many as a plan needs."""

from typing import LiteralString

import psycopg
from psycopg import sql

# Nine countries, the first with 40 of 100 clinics; a fifth without a reply time, most with all checks, many equal.
_CARDS: LiteralString = """
INSERT INTO clinic_card
SELECT gen_random_uuid(), 'clinic-' || n, 'Clinic ' || word || ' ' || n, country, country || ' city ' || n %% 7,
    languages, ARRAY['doctor'], 'EUR', true, checks, 6, array_fill(current_date + 200, ARRAY[checks]),
    current_date - 30, current_date + 200, CASE WHEN checks > 3 THEN current_date + 200 END, reply, low,
    jsonb_build_object('facial', jsonb_build_array(low, 2 * low), 'scalp', jsonb_build_array(2 * low, 3 * low)),
    'clinic ' || lower(word) || ' ' || n || ' ' || lower(country) || ' city ' || n %% 7,
    (100 - checks) * 4294967296 + coalesce(reply, 2147483647), coalesce(reply, 2147483647), low,
    ('x' || left(md5(n::text), 16))::bit(64)::bigint
FROM generate_series(1, %(clinics)s) AS n
CROSS JOIN LATERAL (SELECT hashint4(n) & 1023 AS a, hashint4(n + 77777777) & 1023 AS b,
    hashint4(n + 55555555) & 1023 AS c, hashint4(n + 33333333) & 1023 AS d) AS chance
CROSS JOIN LATERAL (
    SELECT (ARRAY['TR', 'PL', 'KR', 'TH', 'MX', 'IN', 'CZ', 'GB', 'US'])[1 + greatest(0, (a - 400) / 70)] AS country,
        (ARRAY['Lale', 'Nar', 'Wisla', 'Zambak', 'Isik', 'Nur', 'Sakura', 'Lotus'])[1 + c %% 8] AS word,
        CASE WHEN b < 700 THEN ARRAY['en', 'tr'] WHEN b < 1020 THEN ARRAY['de'] ELSE ARRAY['fi', 'en'] END AS languages,
        (6 - greatest(0, d %% 10 - 6))::smallint AS checks,
        CASE WHEN c %% 5 > 0 THEN 30 * (1 + (c / 8 + d) %% 60) END::bigint AS reply,
        (3000 + 50 * ((hashint4(n + 11111111) & 65535) %% 500))::bigint AS low
) AS made
"""
_OFFERS: LiteralString = """
INSERT INTO clinic_offer
SELECT clinic_id, procedure.id, treatment_id, procedure.position = first, low_eur * factor, 2 * low_eur * factor, 'EUR',
    low_eur * factor, country, languages, '{}', checks, required_until, reply_minutes, 14 + checks, checks_rank,
    reply_rank, low_eur * factor, shuffle
FROM clinic_card
CROSS JOIN (SELECT *, min(position) OVER (PARTITION BY treatment_id) AS first FROM procedure) AS procedure
CROSS JOIN LATERAL (SELECT 1 + procedure.position AS factor) AS priced
WHERE procedure.position = first OR (shuffle + procedure.position) % 3 = 0
"""


_INDEXES: LiteralString = """
SELECT indexname, indexdef FROM pg_indexes
WHERE tablename IN ('clinic_card', 'clinic_offer') AND indexname NOT LIKE 'pk%'
"""


def fill(url: str, clinics: int, *, then: LiteralString = "") -> None:
    """Makes the clinics with their offers, the indexes after the rows, and lets the planner know of them."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _definition in indexes:
            connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
        connection.execute(_CARDS, {"clinics": clinics})
        connection.execute(_OFFERS)
        connection.execute(then)
        for _name, definition in indexes:
            connection.execute(definition.encode())
        connection.execute("VACUUM ANALYZE clinic_card, clinic_offer")
