"""Rows 15, 16 and 17: two workers' shares of the load, a worker's memory, and the import of clinics."""

import csv
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median

import psutil

from benchmarks import load, machine, product, rounds
from benchmarks.data.forms import SCRATCH
from benchmarks.data.market import CITIES
from benchmarks.figures import Figure, Goal, figure
from benchmarks.load import Page, WrongAnswer
from benchmarks.progress import say
from benchmarks.registry import Run, row, words
from benchmarks.rows.pages import LISTS, OTHERS, first_slug
from benchmarks.servers import START_WITHIN, Server, site
from marketplace.processes.launch import CannotStart
from marketplace.processes.run import FLASK, ROOT

CONNECTIONS = 16
REQUESTS = 10_000
NOT_LONGER = 45  # seconds for each half of them
IMPORTED = 10_000  # rows


@row(15, "two workers")
def workers(run: Run) -> Iterator[Figure]:
    """The busier worker's share of the CPU of both, as `make run` ships them."""
    shares = []
    with site(run.cluster, run.databases.clinics(run.size.clinics[0]), pinned=False, WEB_CONCURRENCY="2") as ours:
        pids = _workers_of(ours, count=2)
        page = Page("/clinics")
        for _ in range(run.size.rounds):
            counters = [machine.CpuCounter((pid,)) for pid in pids]
            load.measure(ours, page, seconds=2, connections=CONNECTIONS)
            used = [counter.milliseconds() for counter in counters]
            shares.append(max(used) / sum(used))
    share = median(shares)
    yield figure(
        "15",
        f"busier of two workers, {CONNECTIONS} connections",
        value=share,
        unit="of the CPU",
        ratio=share,
        goal=Goal("<=", 0.65),
        size=f"{words(run.size.clinics[0])} clinics",
        spread=rounds.spread(shares),
    )


def _workers_of(server: Server, *, count: int) -> list[int]:
    """Returns the workers' process ids once all have started: the first answers before the last is there."""
    until = time.monotonic() + START_WITHIN
    while len(found := psutil.Process(server.pid).children()) < count:
        if time.monotonic() > until:
            raise CannotStart(f"{len(found)} of {count} workers started.")
        time.sleep(0.1)
    return [child.pid for child in found]


@row(16, "memory of a worker")
def memory(run: Run) -> Iterator[Figure]:
    """PSS after 10,000 requests of all public pages, and how much the last 5,000 added."""
    market = run.databases.clinics(run.size.most_clinics)
    with site(run.cluster, market) as ours:
        (pid,) = _workers_of(ours, count=1)
        paths = [f"/clinics?{query}".rstrip("?") for query in LISTS.values()]
        paths += [path.format(slug=first_slug(run, market)) for path in OTHERS.values()]
        half = partial(_read, ours, paths, REQUESTS // 2)
        asked = half()
        between = machine.memory(pid)
        asked += half()
        after = machine.memory(pid)
    size, note = f"{asked:,} requests", "" if asked >= REQUESTS else f"{asked:,} requests were all there was time for"
    for what, value, most in (("after", after, 110), ("growth over the last half", after - between, 1)):
        yield figure(
            "16", f"memory {what}", value=value, unit="MiB", ratio=value, goal=Goal("<=", most), size=size, note=note
        )


def _read(server: Server, paths: list[str], count: int) -> int:
    """Asks for the pages in turn, as many as asked for or as there is time for; returns how many."""
    done, until = 0, time.monotonic() + NOT_LONGER
    while done < count and time.monotonic() < until:
        done += load.mixed(server, paths, seconds=1)
    return done


@row(17, "import of clinics")
def importing(run: Run) -> Iterator[Figure]:
    """Seconds of the whole command for 10,000 rows."""
    database = run.cluster.scratch(SCRATCH, template=run.databases.empty())
    path = run.cluster.folder / "clinics.csv"
    _write_csv(path)
    cpu, began, before = machine.CpuCounter((run.cluster.pid,)), time.monotonic(), machine.Usage.now()
    _import(run, database, path)
    took, after = time.monotonic() - began, machine.Usage.now()
    used = cpu.milliseconds() / 1000 + (after.own - before.own) / machine.TICKS
    run.cluster.drop(database)
    say(f"  {took:.1f} s, of CPU {used:.1f} s")
    yield figure(
        "17",
        "clinics import, whole command",
        value=took,
        unit="s",
        ratio=took,
        goal=Goal("<=", 10),
        size=f"{IMPORTED:,} rows",
        note=f"{used:.1f} s of CPU",
    )


def _import(run: Run, database: str, path: Path) -> None:
    environment = product.environment(run.cluster, database, port=8000)
    command = [*FLASK, "clinics", "import", str(path)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WrongAnswer(f"the import fails: {done.stdout[-300:]} {done.stderr[-300:]}")


def _write_csv(path: Path) -> None:
    """Two procedures of each clinic, as `flask clinics import` reads them."""
    header = "clinic,country,city,address,website,email,languages,procedure,low,high,currency"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*header.split(","), "package_sessions", "package_price"])
        for n in range(IMPORTED // 2):
            listing = [f"Clinic Number {n}", "TR", CITIES["TR"][n % 6], f"{n} Long Street", "", f"c{n}@clinics.example"]
            for procedure in ("facial", "scalp"):
                writer.writerow([*listing, "tr;en", procedure, 60 + n % 90, 180 + n % 90, "EUR", "", ""])
