"""Counts statements where none can hide: in PostgreSQL's own log, BEGIN and COMMIT among them."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from benchmarks.data.cluster import Cluster
from marketplace.processes.embedded_postgres import APP

STATEMENT = re.compile(rb"LOG:  (?:statement|execute [^:]*): (.*)")
TIMES = 5  # the least counts: now and then something else is done beside
SETTLE = 0.1  # seconds until the log is written


@dataclass(frozen=True)
class Log:
    """The log of a server that writes down what the site's login asks in one database."""

    path: Path

    def during(self, act: Callable[[], object]) -> list[str]:
        """Returns the beginnings of the statements that `act` led to."""
        size = self.path.stat().st_size
        act()
        time.sleep(SETTLE)
        with self.path.open("rb") as file:
            file.seek(size)
            return [found.decode("utf-8", "replace")[:90] for found in STATEMENT.findall(file.read())]

    def fewest(self, act: Callable[[], object]) -> list[str]:
        """Returns the statements of the time that had fewest."""
        return min((self.during(act) for _ in range(TIMES)), key=len)


@contextmanager
def statements_of(cluster: Cluster, database: str) -> Iterator[Log]:
    """Has every statement of connections that are made in the block written down."""
    names = (sql.Identifier(APP), sql.Identifier(database))
    with cluster.superuser() as connection:
        connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} SET log_statement = 'all'").format(*names))
        try:
            yield Log(cluster.postgres.log)
        finally:
            connection.execute(sql.SQL("ALTER ROLE {} IN DATABASE {} RESET log_statement").format(*names))
