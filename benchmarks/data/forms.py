"""Drafts that are ready to be sent, and browsers that have read the last page of the form."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from sqlalchemy import Select, or_, select

from benchmarks import product
from benchmarks.data.drafts import HOME, LANGUAGE, PROCEDURE, browser, draft, tick
from benchmarks.data.people import Browser
from benchmarks.load import WrongAnswer
from benchmarks.registry import Run
from benchmarks.servers import Server
from benchmarks.turns import Act
from marketplace.catalogue.models import Procedure
from marketplace.clinics.models import Clinic
from marketplace.clinics.summaries import ClinicOffer
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads.proposal import show_proposals
from marketplace.quote_requests.models import QuoteRequest

SCRATCH = "bench_scratch"
CHECK = "/get-quotes/check"
TICKED = 5
KNOWN = 2000  # clinics that drafts are spread over


@contextmanager
def scratch(run: Run, count: int) -> Iterator[str]:
    """Makes a database with that many clinics to write into; it is dropped at the end."""
    name = run.cluster.scratch(SCRATCH, template=run.databases.clinics(count))
    try:
        yield name
    finally:
        run.cluster.drop(name)


def make_drafts(count: int) -> list[QuoteRequest]:
    """Makes drafts that can be sent, each to five clinics, with what was proposed. The caller commits."""
    known = db.session.scalars(_able().limit(KNOWN)).all()
    dice, made = random.Random(count), []
    for n in range(count):
        clinics = db.session.scalars(select(Clinic).where(Clinic.id.in_(dice.sample(known, TICKED)))).all()
        made.append(draft(n))
        show_proposals(made[-1])  # as the page of clinics does, which everybody has seen who sends a form
        tick(made[-1], list(clinics))
    return made


def _able() -> Select[UUID]:
    """Selects clinics that may get what `draft` asks for, so that each form goes to all that it names."""
    offers = select(ClinicOffer.clinic_id).join(Procedure, Procedure.id == ClinicOffer.procedure_id)
    accepted = or_(ClinicOffer.accepts_countries == [], ClinicOffer.accepts_countries.contains([HOME]))
    fitting = (Procedure.slug == PROCEDURE, ClinicOffer.languages.contains([LANGUAGE]), accepted)
    return offers.where(ClinicOffer.required_until > clock.today(), *fitting)


def forms(run: Run, database: str, ours: Server, *, count: int) -> list[tuple[Act, dict[str, str]]]:
    """Returns what sends a form, once, and its fields, for browsers that have read the page it is on."""
    with product.inside(run.cluster, database):
        cookies = [browser(each) for each in make_drafts(count)]
        db.session.commit()
    return [_form(Browser(ours, cookie)) for cookie in cookies]


def _form(reader: Browser) -> tuple[Act, dict[str, str]]:
    answer = reader.get(CHECK)
    if answer.status != 200:
        raise WrongAnswer(f"{CHECK} answers {answer.status} {answer.headers.get('Location')}")
    fields = {**reader.hidden(), "adult": "y", "share_health": "y"}
    return partial(send, reader, CHECK, fields), fields


def send(reader: Browser, path: str, fields: dict[str, str]) -> None:
    """Sends a form. Raises WrongAnswer unless it redirects."""
    status = reader.post(path, fields).status
    if status != 303:
        _before, _mark, said = reader.body.partition("<h1")
        raise WrongAnswer(f"{path} answers {status}: {said[:500]}")
