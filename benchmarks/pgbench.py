"""pgbench, out of the same wheel as the server: a script's transactions, one client or several."""

import re
import subprocess
import time
from pathlib import Path

from benchmarks import machine
from benchmarks.data.cluster import Cluster
from benchmarks.load import Sample
from marketplace.processes.postgres_tools import tool

_DONE = re.compile(r"number of transactions actually processed: (\d+)")
_TPS = re.compile(r"tps = ([\d.]+)")


def run(cluster: Cluster, database: str, script: Path, *, seconds: int = 2, clients: int = 1) -> Sample:
    """Runs the script for some seconds; the cost is that of pgbench and of the server."""
    url = cluster.url(database, "postgres")
    options = ["-n", "-M", "prepared", f"-T{seconds}", f"-c{clients}", "-j1", "-f", str(script)]
    before, counter, began = machine.Usage.now(), machine.CpuCounter((cluster.pid,)), time.monotonic()
    done = subprocess.run([str(tool("pgbench", url=url)), *options, url], capture_output=True, text=True, check=True)
    after, elapsed = machine.Usage.now(), time.monotonic() - began
    count = int(_found(_DONE, done.stdout))
    server = counter.milliseconds()
    own = (after.own - before.own) * 1000 / machine.TICKS
    latency = 1000 * elapsed * clients / count
    others = before.share_of_others(after, milliseconds=server)
    return Sample((server + own) / count, float(_found(_TPS, done.stdout)), latency, latency, others)


def _found(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise RuntimeError(f"pgbench says something else: {text[-300:]}")
    return found.group(1)
