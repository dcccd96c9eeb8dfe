"""Which databases there are: an empty one with the content, clinics in several numbers, requests in several numbers."""

from dataclasses import dataclass
from functools import cache, partial

from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks import product
from benchmarks.data import market, summaries
from benchmarks.data.cluster import Cluster
from benchmarks.data.copying import Connection, bulk, chunks, copy_all
from benchmarks.progress import bar
from marketplace.catalogue import content_loader, exchange
from marketplace.catalogue.geography import destinations
from marketplace.catalogue.models import Procedure
from marketplace.extensions import db
from marketplace.foundation import clock

EMPTY = "bench_empty"


@dataclass(frozen=True)
class Databases:
    """Makes each database when it is first asked for."""

    cluster: Cluster

    def empty(self) -> str:
        """Returns the name of a database with the schema and the content, without clinics."""
        return self.cluster.keep(EMPTY, template=None, fill=self._prepare)

    def clinics(self, count: int) -> str:
        """Returns the name of the database with that many clinics."""
        return self.cluster.keep(f"bench_clinics_{count}", template=self.empty(), fill=partial(self._clinics, count))

    def _prepare(self, name: str) -> None:
        with product.inside(self.cluster, name):
            upgrade()
            content_loader.load()
            db.session.commit()

    def _clinics(self, count: int, name: str) -> None:
        with product.inside(self.cluster, name):
            world = the_world()
        with self.cluster.superuser(name) as connection:
            fill_clinics(connection, count, world)
            connection.execute("ANALYZE")
        with product.inside(self.cluster, name):
            summaries.rebuild()
            db.session.commit()
        summaries.make_reference(self.cluster, name)


def fill_clinics(connection: Connection, count: int, world: market.World) -> None:
    """Appends that many clinics to an empty database."""
    shown = bar(market.clinics(count, world), what=f"{count:,} clinics", total=count)
    with bulk(connection, market.COLUMNS):
        for chunk in chunks(shown):
            rows = {table: [row for clinic in chunk for row in clinic[table]] for table in market.COLUMNS}
            copy_all(connection, market.COLUMNS, rows)


def the_world() -> market.World:
    """Reads what invented clinics refer to. Works in the app."""
    rates = exchange.rates()

    @cache
    def convert(euro_cents: int, currency: str) -> int:
        return rates.convert(euro_cents, exchange.EURO, currency).minor

    countries = {code: (c.currency, c.timezone, c.languages) for code, c in destinations().items()}
    procedures = db.session.scalars(select(Procedure.id).order_by(Procedure.position)).all()
    return market.World(procedures=procedures, countries=countries, convert=convert, now=clock.now())
