"""Asks for a page: once, to see that it is the right one, then as fast as the server answers."""

import http.client
import json
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import machine
from benchmarks.servers import Server
from marketplace.processes.launch import CannotStart

REPORT = Path(__file__).with_name("report.lua")
CONNECTIONS = 4
SLOW = 0.1  # seconds: so slow a page is asked for one by one, as wrk would count hardly any answer
LEAST = 2  # answers of a slow page in a sample


class WrongAnswer(RuntimeError):
    """A page is not the one that should be measured."""


@dataclass(frozen=True)
class Page:
    """What is asked for, and what the answer must be: status, number of rows, least number of bytes."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    row: bytes = b""
    rows: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer that was as it should be."""

    size: int
    etag: str
    seconds: float


@dataclass(frozen=True)
class Sample:
    """What one second or more of load was: CPU milliseconds a request of server and PostgreSQL, latency in ms."""

    cost: float
    per_second: float
    p50: float
    p99: float
    others: float
    database: float = 0.0  # PostgreSQL's part of the cost


def check(server: Server, page: Page) -> Answer:
    """Asks once and holds the answer against what it must be. Raises WrongAnswer."""
    began = time.monotonic()
    response, body = _ask(server.port, page)
    if response.status != page.status:
        raise WrongAnswer(f"{page.path} answers {response.status}, not {page.status}: {body[-300:]!r}")
    if page.rows and (found := len(re.findall(page.row, body))) != page.rows:
        raise WrongAnswer(f"{page.path} has {found} rows, not {page.rows}")
    return Answer(len(body), response.headers.get("ETag", ""), time.monotonic() - began)


def _ask(port: int, page: Page) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", page.path, headers=dict(page.headers))
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def measure(server: Server, page: Page, *, seconds: int = 1, connections: int = CONNECTIONS) -> Sample:
    """Asks for the page during some seconds. Raises WrongAnswer where any answer is not well."""
    quickest = check(server, page).seconds
    if quickest > SLOW:
        quickest = check(server, page).seconds  # the first answer of a worker is slow for everybody
    before, cpu, database = machine.Usage.now(), server.cpu(), machine.CpuCounter((server.postgres,))
    began = time.monotonic()
    if quickest > SLOW:
        found = _one_by_one(server, page)
    else:
        found = _wrk(server, page, seconds=seconds, connections=connections)
    elapsed, used, by_database = time.monotonic() - began, cpu.milliseconds(), database.milliseconds()
    others = before.share_of_others(machine.Usage.now(), milliseconds=used)
    requests = int(found["requests"])
    latencies = found["p50"], found["p99"]
    return Sample(used / requests, requests / elapsed, *latencies, others, by_database / requests)


def _one_by_one(server: Server, page: Page) -> dict[str, float]:
    took = sorted(check(server, page).seconds * 1000 for _ in range(LEAST))
    return {"requests": LEAST, "p50": took[LEAST // 2], "p99": took[-1]}


def mixed(server: Server, paths: Sequence[str], *, seconds: int) -> int:
    """Asks for the pages in turn during some seconds; returns how many were answered. Raises WrongAnswer."""
    for path in paths:
        check(server, Page(path))
    return int(_wrk(server, Page(paths[0]), seconds=seconds, connections=CONNECTIONS, more=paths)["requests"])


def _wrk(server: Server, page: Page, *, seconds: int, connections: int, more: Sequence[str] = ()) -> dict[str, float]:
    headers = [part for name, value in page.headers.items() for part in ("-H", f"{name}: {value}")]
    command = [wrk(), "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(REPORT), *headers]
    done = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}{page.path}", *more], capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(done.stdout.rpartition("JSON ")[2])
    if found["refused"] or found["broken"] or not found["requests"]:
        raise WrongAnswer(f"{page.path}: of {found['requests']} {found['refused']} refused, {found['broken']} broken")
    return found


def wrk() -> str:
    """Returns the path of wrk. Raises CannotStart where it is not installed."""
    found = shutil.which("wrk")
    if found is None:
        raise CannotStart("wrk is not installed: on Debian and Ubuntu, apt-get install wrk")
    return found
