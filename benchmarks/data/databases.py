"""Which databases there are: an empty one with the content, clinics in several numbers, requests in several numbers."""

from dataclasses import dataclass
from functools import cache, partial

from flask_migrate import upgrade
from sqlalchemy import select

from benchmarks import product
from benchmarks.data import market, requests, summaries
from benchmarks.data.cluster import Change, Cluster
from benchmarks.data.copying import Filling, fill
from benchmarks.data.people import make_people
from benchmarks.data.requests import Asked
from benchmarks.data.sealing import sealer
from marketplace.catalogue import content_loader, exchange
from marketplace.catalogue.geography import destinations
from marketplace.catalogue.models import Procedure
from marketplace.clinics.summaries import ClinicCard
from marketplace.extensions import db
from marketplace.foundation import clock

EMPTY = "bench_empty"
LEAST_CLINICS = 1000


@dataclass(frozen=True)
class Databases:
    """Makes each database when it is first asked for."""

    cluster: Cluster

    def empty(self) -> str:
        """Returns the name of a database with the schema and the content, without clinics."""
        return self.cluster.keep(EMPTY, template=None, fill=self._prepare)

    def clinics(self, count: int) -> str:
        """Returns the name of the database with that many clinics."""
        return self._kept(f"bench_clinics_{count}", template=self.empty(), fill=partial(self._clinics, count))

    def requests(self, count: int) -> str:
        """Returns the name of the database with that many requests, at the least number of clinics."""
        market_of = self.clinics(LEAST_CLINICS)
        return self._kept(f"bench_requests_{count}", template=market_of, fill=partial(self._requests, count))

    def _kept(self, name: str, *, template: str, fill: Change) -> str:
        return self.cluster.keep(name, template=template, fill=fill, upgrade=self._prepare)

    def _prepare(self, name: str) -> None:
        """Brings schema and content up to date."""
        with product.inside(self.cluster, name):
            upgrade()
            content_loader.load()
            db.session.commit()

    def _clinics(self, count: int, name: str) -> None:
        with product.inside(self.cluster, name):
            world = the_world()
        fill_clinics(self.cluster.url(name, "postgres"), count, world)
        summaries.rebuild(self.cluster, name)

    def _requests(self, count: int, name: str) -> None:
        with product.inside(self.cluster, name):
            asked = what_is_asked()
            make_people(clinic=asked.busy)
            db.session.commit()
        fill_requests(self.cluster.url(name, "postgres"), count, asked)


def fill_requests(url: str, count: int, asked: Asked) -> None:
    """Appends that many requests to a database with clinics and without requests. The URL is a superuser's."""
    make = partial(requests.requests, asked=asked, count=count)
    fill(Filling(url, requests.COLUMNS, make), count=count, what="requests")


def what_is_asked() -> Asked:
    """Reads what invented requests refer to; the busy clinic is the first that may go on. Works in the app."""
    procedure = db.session.scalars(select(Procedure).order_by(Procedure.position).limit(1)).one()
    able = ClinicCard.required_until > clock.today()
    clinics = db.session.scalars(select(ClinicCard.clinic_id).where(able).order_by(ClinicCard.clinic_id)).all()
    return Asked(procedure.treatment_id, procedure.id, clinics[0], clinics[1:], sealer(), clock.now())


def fill_clinics(url: str, count: int, world: market.World) -> None:
    """Appends that many clinics to an empty database. The URL is a superuser's."""
    make = partial(market.clinics, world=world)
    fill(Filling(url, market.COLUMNS, make), count=count, what="clinics")


def the_world() -> market.World:
    """Reads what invented clinics refer to. Works in the app."""
    rates = exchange.rates()

    @cache
    def convert(euro_cents: int, currency: str) -> int:
        return rates.convert(euro_cents, exchange.EURO, currency).minor

    countries = {code: (c.currency, c.timezone, c.languages) for code, c in destinations().items()}
    procedures = db.session.scalars(select(Procedure.id).order_by(Procedure.position)).all()
    return market.World(procedures=procedures, countries=countries, convert=convert, now=clock.now())
