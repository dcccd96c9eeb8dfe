"""Weighs tables that grow with time, whole and split by months: `python -m benchmarks.partitions [rows]`.

Fills copies of `email` and `audit_entry` with 25 months of rows, reads one request's rows, and ends the oldest month's
time by deleting in batches and by dropping a partition. What docs/scale.md says of partitions is this table.
"""

import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from statistics import median

import psycopg
from flask_migrate import upgrade

from benchmarks.progress import say
from marketplace.app import create_app
from marketplace.foundation.database import engines
from marketplace.processes.embedded_postgres import APP, OWNER, EmbeddedPostgres
from marketplace.retention.rules import BATCH

MONTHS, SHARE, LOOKS = 25, 6, 200  # SHARE: rows a request has in each
# Keys are ordered by time (UUIDv7), so that the key itself can be what a table is split by.
BOUND = """
    SELECT CAST(lpad(to_hex(CAST(extract(epoch FROM now() - %s * interval '1 month') * 1000 AS bigint)), 12, '0')
           || '00000000000000000000' AS uuid)
"""
ROWS = """
    (SELECT n, CAST(md5(CAST(n / {share} AS text)) AS uuid) AS request_id,
            {months} * interval '1 month' * (1 - n / CAST({rows} AS double precision)) AS age
     FROM generate_series(1, {rows}) AS n) AS row
"""
# As long as texts that were sealed; they are kept for three months, the rest of an email's row for two years.
TEXTS = """
    (SELECT sha256('a') AS recipient, string_agg(sha256(CAST(i AS text)::bytea), '') FILTER (WHERE i <= 40) AS text,
            string_agg(sha256(CAST(i AS text)::bytea), '') AS html FROM generate_series(1, 150) AS i) AS kept
"""
FILL = {
    "email": f"""
        INSERT INTO {{table}} (id, created_at, name, audience, locale, state, waiting_at, sent_at, attempts,
                               unclear_attempts, request_id, subject, recipient_sealed, text_sealed, html_sealed)
        SELECT uuidv7(-age), now() - age, 'quote_arrived', 'patient', 'en', 'sent', now() - age, now() - age, 1, 0,
               request_id, 'A quote has come', recipient, text, html
        FROM {ROWS} LEFT JOIN {TEXTS} ON age < interval '3 months'
    """,
    "audit_entry": f"""
        INSERT INTO {{table}} (id, at, name, actor, request_id, clinic_id)
        SELECT uuidv7(-age), now() - age, 'LeadOpened', 'member:' || n % 500, request_id, md5('c' || n % 2000)::uuid
        FROM {ROWS}
    """,
}
SIZE = """
    SELECT coalesce((SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(%s::regclass)),
                    pg_total_relation_size(%s::regclass))
"""
Connection = psycopg.Connection[tuple[object, ...]]


def one(connection: Connection, statement: str, *values: object) -> object:
    """Returns the one value that a statement gives."""
    row = connection.execute(statement.encode(), values or None).fetchone()
    assert row is not None
    return row[0]


def copies(connection: Connection, table: str) -> tuple[str, str]:
    """Makes two copies of a table with its indexes, without its foreign keys: whole, and split by months."""
    whole, split = f"{table}_whole", f"{table}_split"
    connection.execute(f"CREATE TABLE {whole} (LIKE {table} INCLUDING ALL)".encode())
    connection.execute(f"CREATE TABLE {split} (LIKE {table} INCLUDING ALL) PARTITION BY RANGE (id)".encode())
    bounds = ["MINVALUE", *(f"'{one(connection, BOUND, month)}'" for month in range(MONTHS - 1, 0, -1)), "MAXVALUE"]
    for number, (low, high) in enumerate(pairwise(bounds)):
        part = f"CREATE TABLE {split}_{number} PARTITION OF {split} FOR VALUES FROM ({low}) TO ({high})"
        connection.execute(part.encode())
    return whole, split


def look(connection: Connection, table: str) -> float:
    """Returns the median milliseconds of reading one request's rows."""
    took = []
    for number in range(LOOKS):
        began = time.perf_counter()
        connection.execute(f"SELECT * FROM {table} WHERE request_id = md5('{number * 37}')::uuid".encode()).fetchall()
        took.append((time.perf_counter() - began) * 1000)
    return median(took)


def end_oldest(connection: Connection, table: str, *, drops: bool) -> tuple[float, float]:
    """Ends the time of the oldest month; returns the seconds it took and the megabytes of log it wrote."""
    at = str(one(connection, "SELECT pg_current_wal_insert_lsn()"))
    began = time.perf_counter()
    if drops:
        connection.execute(f"DROP TABLE {table}_0".encode())
    else:
        due = str(one(connection, BOUND, MONTHS - 1))
        batch = f"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE id < '{due}' LIMIT {BATCH})"
        while connection.execute(batch.encode()).rowcount:
            pass
        connection.execute(f"VACUUM {table}".encode())
    seconds = time.perf_counter() - began
    return seconds, float(str(one(connection, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", at))) / 2**20


def weigh(connection: Connection, table: str, *, rows: int) -> None:
    """Prints a row of the table for each way."""
    for copy in copies(connection, table):
        is_split = copy.endswith("_split")
        connection.execute(FILL[table].format(table=copy, rows=rows, months=MONTHS, share=SHARE).encode())
        connection.execute(f"VACUUM ANALYZE {copy}".encode())
        total = float(str(one(connection, SIZE, copy, copy)))
        milliseconds = look(connection, copy)
        seconds, logged = end_oldest(connection, copy, drops=is_split)
        how = "by months" if is_split else "whole"
        print(f"| `{table}`, {how} | {total / rows:.0f} | {milliseconds:.2f} | {seconds:.2f} | {logged:.1f} |")


def main() -> None:
    """Prints the table for as many rows as the first argument says."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500_000
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder)).start()
        try:
            server.create_database("partitions")
            name = "partitions"
            urls = {"SQLALCHEMY_DATABASE_URI": server.url(APP, name), "DATABASE_OWNER_URL": server.url(OWNER, name)}
            app = create_app({**urls})
            with app.app_context():
                upgrade()
                engines.dispose()
            say(f"{rows} rows of {MONTHS} months")
            print("| table | bytes a row | rows of a request, ms | end of a month, s | log written, MB |")
            print("|---|---|---|---|---|")
            with psycopg.connect(server.url("postgres", "partitions"), autocommit=True) as connection:
                for table in FILL:
                    weigh(connection, table, rows=rows)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
