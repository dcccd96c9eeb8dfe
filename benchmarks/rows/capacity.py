"""Row 11: sixteen writers who confirm requests and take places of clinics, beside the same without places."""

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from multiprocessing.synchronize import Barrier
from statistics import median
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import select

from benchmarks import product, rounds
from benchmarks.data.databases import LEAST_CLINICS
from benchmarks.data.drafts import draft
from benchmarks.data.forms import TICKED, scratch
from benchmarks.figures import Figure, Goal, figure
from benchmarks.progress import say
from benchmarks.registry import Run, row
from marketplace.clinics.models import Clinic
from marketplace.clinics.summaries import ClinicCard
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.leads import submission
from marketplace.leads.consent import GIVEN, write_consent
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import Purpose, RequestState

WRITERS, EACH = 16, 4
CLINICS, HOT = 2000, 20
ENOUGH = "UPDATE clinic SET daily_capacity = 1000000, weekly_capacity = 1000000"
_fork = multiprocessing.get_context("fork")


@row(11, "capacity with sixteen writers")
def capacity(run: Run) -> Iterator[Figure]:
    """Requests confirmed a second: with places taken / without, over 2,000 clinics; and over 20 hot ones."""
    rates: dict[str, list[float]] = {"without": [], "with": [], "hot": []}
    market = next(count for count in run.size.clinics if count > LEAST_CLINICS)
    with scratch(run, market) as database:
        with run.cluster.superuser(database) as connection:
            connection.execute(ENOUGH)
        for _ in range(run.size.few_rounds):
            rates["without"].append(_rate(run, database, CLINICS, takes_places=False))
            rates["with"].append(_rate(run, database, CLINICS, takes_places=True))
            rates["hot"].append(_rate(run, database, HOT, takes_places=True))
    for kind, least, what in (("with", 0.67, f"{CLINICS:,} clinics"), ("hot", 0.6, f"{HOT} hot clinics")):
        ratios = [a / b for a, b in zip(rates[kind], rates["without"], strict=True)]
        say(f"  {what}: {median(rates[kind]):.0f}/s, without places {median(rates['without']):.0f}/s")
        yield figure(
            "11",
            f"{WRITERS} writers, {what}: with places / without",
            value=median(rates[kind]),
            unit="requests/s",
            yardstick=median(rates["without"]),
            ratio=median(ratios),
            goal=Goal(">=", least),
            size=what,
            spread=rounds.spread(ratios),
        )


def _rate(run: Run, database: str, clinics: int, *, takes_places: bool) -> float:
    """Returns how many requests a second sixteen processes confirm, waiting for each other's locks."""
    with product.inside(run.cluster, database):
        first, *keys = _waiting(WRITERS * EACH + 1, clinics)
        submission.confirm(db.session.get_one(QuoteRequest, first))  # what is compiled once is compiled
        db.session.commit()
    start = _fork.Barrier(WRITERS + 1)
    shares = [keys[n::WRITERS] for n in range(WRITERS)]
    writers = [_fork.Process(target=_write, args=(run, database, share, takes_places, start)) for share in shares]
    for writer in writers:
        writer.start()
    start.wait()
    began = time.monotonic()
    for writer in writers:
        writer.join()
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("a writer failed")
    return len(keys) / (time.monotonic() - began)


def _waiting(count: int, clinics: int) -> list[UUID]:
    """Makes requests that wait to be confirmed, with consents for five of so many clinics. The caller commits."""
    able = ClinicCard.required_until > clock.today()
    known = db.session.scalars(select(ClinicCard.clinic_id).where(able).limit(clinics)).all()
    dice = random.Random(count)
    return [_unconfirmed(n, dice.sample(known, TICKED)).id for n in range(count)]


def _unconfirmed(n: int, clinics: Sequence[UUID]) -> QuoteRequest:
    made = draft(n)
    REQUEST.move(made, RequestState.UNCONFIRMED)
    named = db.session.scalars(select(Clinic).where(Clinic.id.in_(clinics))).all()
    write_consent(made, named, act=GIVEN, purposes=[Purpose.REQUEST], words="I agree.")
    return made


def _write(run: Run, database: str, keys: Sequence[UUID], takes_places: bool, start: Barrier) -> None:
    """One writer, in a process of its own."""
    places = nullcontext() if takes_places else patch.object(submission, "reserve_places", set)
    with places, product.inside(run.cluster, database):
        db.session.scalar(select(1))
        db.session.rollback()
        start.wait()
        for key in keys:
            gathering.begin()
            submission.confirm(db.session.get_one(QuoteRequest, key))
            gathering.write()
            db.session.commit()
