"""What several processes count is told as one sum, also when some of them have ended."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.processes import metrics_files
from tests.browser import ROOT

COUNTED = """
import os
from marketplace.processes import metrics_files
metrics_files.share(os.environ)
metrics_files.reserve(os.environ)
from marketplace.foundation import metrics
metrics.observe_request(rule="/clinics", status=200, seconds=0.02)
metrics.PAGE_CACHE.labels("hit").inc()
"""
TOLD = COUNTED + "print(metrics.exposition().decode())"


def run(code: str, **settings: str) -> list[str]:
    given = {"PATH": os.defpath, **settings}
    done = subprocess.run([sys.executable, "-c", code], env=given, cwd=ROOT, capture_output=True, check=True, text=True)
    return done.stdout.splitlines()


def files(folder: Path) -> set[str]:
    return {path.name.rpartition("_")[2] for path in folder.glob("*.db")}


def test_each_process_tells_what_all_have_counted(tmp_path: Path) -> None:
    settings = {metrics_files.SETTING: str(tmp_path / "counts")}
    run(COUNTED, **settings)
    run(COUNTED, **settings)
    told = run(TOLD, **settings)
    assert 'marketplace_http_request_seconds_count{rule="/clinics",status="200"} 3.0' in told
    assert 'marketplace_page_cache_total{found="hit"} 3.0' in told


def test_counts_of_ended_processes_are_kept_in_one_file(tmp_path: Path) -> None:
    for _time in range(3):
        run(COUNTED, **{metrics_files.SETTING: str(tmp_path)})
    metrics_files.add_up_ended(tmp_path)
    assert files(tmp_path) == {"ended.db"}


FORKED = """
import os, sys
os.register_at_fork(after_in_child=metrics.count_after_fork)
metrics.ROUTING.observe(0.1)
if os.fork() == 0:
    sys.stdout.flush()
    metrics.PAGE_CACHE.labels("hit").inc()
    metrics.ROUTING.observe(0.1)
    print(metrics.exposition().decode())
    sys.stdout.flush()
    os._exit(0)
os.wait()
"""


@pytest.mark.parametrize(("room", "hits", "routed"), [(metrics_files.ROOM, 2.0, 2.0), (2**60, 1.0, 1.0)])
def test_a_forked_process_counts_in_files_of_its_own_or_alone(tmp_path: Path, room: int, hits: float, routed: float):
    settings = {metrics_files.SETTING: str(tmp_path)}
    told = run(f"{COUNTED}\nmetrics_files.ROOM = {room}\n{FORKED}", **settings)
    assert f'marketplace_page_cache_total{{found="hit"}} {hits}' in told
    assert f"marketplace_routing_seconds_count {routed}" in told


def test_a_file_has_its_room_before_the_first_count(tmp_path: Path) -> None:
    metrics_files.reserve({metrics_files.SETTING: str(tmp_path)})
    (counts, sums) = sorted(tmp_path.iterdir())
    for file in (counts, sums):
        assert file.stat().st_blocks * 512 >= metrics_files.ROOM


def test_processes_of_one_data_dir_share_a_folder(tmp_path: Path) -> None:
    named = [{"DATA_DIR": str(tmp_path / name)} for name in ("one", "one", "two")]
    for environ in named:
        metrics_files.share(environ)
    folders = [Path(environ[metrics_files.SETTING]) for environ in named]
    assert folders[0] == folders[1] != folders[2]
    for environ in named:
        metrics_files.remove(environ)
    assert not any(folder.exists() for folder in folders)


def test_a_folder_that_leads_elsewhere_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    environ = {metrics_files.SETTING: str(tmp_path / "link")}
    metrics_files.share(environ)
    assert environ == {}


@pytest.mark.parametrize("given", ["/proc/none/such", "/dev/null/none"])
def test_without_a_folder_a_process_counts_for_itself(given: str) -> None:
    told = run(TOLD, **{metrics_files.SETTING: given})
    assert 'marketplace_page_cache_total{found="hit"} 1.0' in told


def test_a_process_that_finds_no_room_counts_for_itself(caplog: pytest.LogCaptureFixture) -> None:
    environ = {metrics_files.SETTING: "/proc"}
    metrics_files.reserve(environ)
    assert environ == {}
    assert caplog.messages == ["no room for shared counts"]


SERVED = """
import os, runpy
settings = runpy.run_path("marketplace/processes/gunicorn_settings.py")
print(os.environ["PROMETHEUS_MULTIPROC_DIR"])
settings["on_exit"](None)
"""


def test_gunicorn_deletes_a_folder_that_nobody_named(tmp_path: Path) -> None:
    (made,) = run(SERVED, DATA_DIR=str(tmp_path))
    (named,) = run(SERVED, DATA_DIR=str(tmp_path), **{metrics_files.SETTING: str(tmp_path / "counts")})
    assert (Path(made).exists(), Path(named).exists()) == (False, True)
