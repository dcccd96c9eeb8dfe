"""RP9: backup, loss and restore at 10,000 requests."""

import time
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from marketplace.backups import contents
from marketplace.extensions import db
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from marketplace.retention.erasure import erase
from tests.backups.filling import fill
from tests.conftest import reader_of

REQUESTS = 10_000
WITHIN = 300.0  # seconds, for the restore


def run(app: Flask, *arguments: str) -> float:
    """How long the administrator waits for a command."""
    began = time.monotonic()
    done = app.test_cli_runner().invoke(args=arguments)
    assert done.exit_code == 0, done.output[-2000:]
    return time.monotonic() - began


def held(app: Flask) -> tuple[dict[str, contents.Fingerprint], dict[str, int], list[str]]:
    """Rows and hash sums, what stands around them, what the keys do not open; not the audit log, which grows."""
    with contents.connect(app.config["BACKUP_DATABASE_URL"]) as connection:
        found = contents.fingerprints(connection)
        del found["audit_entry"]
        return found, contents.structure(connection), contents.unreadable_values(connection)


def test_rp9_ten_thousand_requests_come_back_within_five_minutes(own_app: Flask, tmp_path: Path, figure: Any) -> None:
    with own_app.app_context():
        fill(REQUESTS)
    before, file = held(own_app), tmp_path / "all.backup"
    backing_up = run(own_app, "backup", str(file))
    with contents.connect(own_app.config["DATABASE_OWNER_URL"]) as connection:
        contents.wipe(connection)
    restoring = run(own_app, "restore", str(file))
    rows = sum(found.rows for found in before[0].values())
    size = file.stat().st_size / 2**20
    what = f"{REQUESTS:,} requests, {rows:,} rows, {size:.0f} MB"
    figure("RP9", what, f"backup {backing_up:.1f} s, restore and compare {restoring:.1f} s")
    assert held(own_app) == before
    assert before[0]["quote_request"].rows == REQUESTS
    assert before[2] == []
    assert restoring <= WITHIN
    assert reader_of(own_app).get("/treatments/mesotherapy").status_code == 200
    with own_app.app_context():
        for request in db.session.scalars(select(QuoteRequest).limit(200)):
            assert answers(request).email.endswith("@patient.example")


def test_rp9_two_hundred_erasures_outlive_a_restore(own_app: Flask, tmp_path: Path, figure: Any) -> None:
    with own_app.app_context():
        fill(REQUESTS // 10)
    file = str(tmp_path / "all.backup")
    run(own_app, "backup", file)
    with own_app.app_context():
        for request in db.session.scalars(select(QuoteRequest).order_by(QuoteRequest.id).limit(200)).all():
            erase(request)
        db.session.commit()
    restoring = run(own_app, "restore", file, "--replace")
    figure("RP9", "200 erasures since the backup", f"applied again, restore {restoring:.1f} s")
    with own_app.app_context():
        states = dict(db.session.execute(select(QuoteRequest.state, func.count()).group_by(QuoteRequest.state)).all())
    assert states == {"erased": 200, "open": REQUESTS // 10 - 200}
    assert restoring <= WITHIN
