"""Rows 8 and 9: what the worker needs for a mail, and how soon after a form its mail is accepted."""

import os
import smtplib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from statistics import median

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from benchmarks import machine, product, rounds
from benchmarks.data.forms import SCRATCH, forms, scratch
from benchmarks.data.requests import REQUEST
from benchmarks.data.sealing import WHOLE
from benchmarks.figures import Figure, Goal, figure
from benchmarks.load import Sample
from benchmarks.machine import CpuCounter
from benchmarks.registry import Run, row
from benchmarks.rows.pages import as_figure
from benchmarks.servers import port_of, site
from benchmarks.turns import Act
from benchmarks.worker import LATE_PORT, sink, until, worker
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.mail.delivery import contents
from marketplace.mail.models import Email, EmailState
from marketplace.quote_requests.events import LinkAsked
from marketplace.worker import run_timers

MAILS = 2000
SMALL_MAILS = 250
TRIES = 25  # forms, one after the other
IDLE = 0.15  # seconds between them


@row(8, "mail worker")
def mails(run: Run) -> Iterator[Figure]:
    """M / ours: mails by the worker to a sink in C beside smtplib with one connection."""
    count = (MAILS if run.size.name == "full" else SMALL_MAILS) // run.size.rounds
    database = run.cluster.scratch(SCRATCH, template=run.databases.requests(run.size.requests[0]))
    found = rounds.Compared([], [])
    text, html = _bodies(run, database)
    with product.inside(run.cluster, database):
        run_timers(clock.now())  # what is due once is not done while mails are measured
    with sink(run.cluster.folder) as port, worker(run.cluster, database, mail_port=port) as process:
        for _ in range(run.size.rounds):
            found.yardstick.append(_by_smtplib(port, count, text, html))
            found.site.append(_by_worker(run, database, count, process.pid))
    run.cluster.drop(database)
    rounds.tell("a mail", found)
    yield as_figure("8", "mail by the worker: M / ours", found, goal=Goal(">=", 0.6), size=f"{count} mails a round")


def _bodies(run: Run, database: str) -> tuple[str, str]:
    """Returns text and HTML of a mail as the site writes it, which is then sent by neither."""
    with product.inside(run.cluster, database):
        _put(1)
        email = db.session.scalars(select(Email).where(Email.state == EmailState.WAITING).limit(1)).one()
        found = contents(email)
        db.session.rollback()
    return found.text, found.html


def _put(count: int) -> None:
    """Puts mails to many domains into the outbox. The caller commits."""
    for n in range(count):
        record(LinkAsked(request_id=REQUEST.of(n % WHOLE)))


def _by_smtplib(port: int, count: int, text: str, html: str) -> Sample:
    before, cpu, began = machine.Usage.now(), CpuCounter((os.getpid(),)), time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for n in range(count):
            connection.send_message(_message(n, text, html))
    return _sample(before, cpu, began, count)


def _message(n: int, text: str, html: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Meridian <quotes@meridian.example>", f"ana{n}@patient.example"
    message["Subject"], message["Date"], message["Message-ID"] = "Your request", formatdate(), make_msgid(domain="x")
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message


def _sample(before: machine.Usage, cpu: CpuCounter, began: float, count: int) -> Sample:
    used, elapsed = cpu.milliseconds(), time.monotonic() - began
    others = before.share_of_others(machine.Usage.now(), milliseconds=used)
    return Sample(used / count, count / elapsed, 1000 * elapsed / count, 1000 * elapsed / count, others)


def _by_worker(run: Run, database: str, count: int, pid: int) -> Sample:
    with product.inside(run.cluster, database):
        _put(count)
        before, cpu, began = machine.Usage.now(), CpuCounter((pid, run.cluster.pid)), time.monotonic()
        db.session.commit()
    with run.cluster.superuser(database) as connection:
        waiting = "SELECT count(*) FROM email WHERE state = 'waiting'"
        until(lambda: connection.execute(waiting).fetchone() == (0,), what="all are sent", seconds=300, every=0.1)
    return _sample(before, cpu, began, count)


class _Accepted:
    """Notes when each mail was accepted."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802
        """Accepts it."""
        self.moments.append(time.perf_counter())
        return "250 OK"


@row(9, "from the form to the mail")
def latency(run: Run) -> Iterator[Figure]:
    """Milliseconds from a form sent to its mail accepted, with nothing else to do."""
    accepted = _Accepted()
    port = port_of(LATE_PORT)
    controller = Controller(accepted, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with (
            scratch(run, run.size.clinics[0]) as database,
            site(run.cluster, database) as ours,
            worker(run.cluster, database, mail_port=port),
        ):
            took = []
            for act, _fields in forms(run, database, ours, count=TRIES):
                took.append(_until_accepted(act, accepted))
                time.sleep(IDLE)
    finally:
        controller.stop()
    took = sorted(took[2:])  # what is opened once is open
    size = f"{len(took)} forms"
    for what, value, most in (("p50", median(took), 50), ("p99", took[-1], 250)):
        yield figure(
            "9", f"form to mail accepted, {what}", value=value, unit="ms", ratio=value, goal=Goal("<=", most), size=size
        )


def _until_accepted(act: Act, accepted: _Accepted) -> float:
    before, began = len(accepted.moments), time.perf_counter()
    act()
    until(lambda: len(accepted.moments) > before, what="its mail is accepted", every=0.001)
    return (accepted.moments[before] - began) * 1000
