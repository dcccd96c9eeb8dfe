"""The site as it is measured: its settings, the app in this process, and what starts it in a process of its own."""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from flask import Flask

from benchmarks.data.cluster import Cluster
from marketplace.app import create_app
from marketplace.config import load_config
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.foundation.database.timeouts import Timeouts, limit_process


def _made_up(name: str) -> bytes:
    """Not secret, and the same in every run: sealed rows of kept databases stay readable."""
    return hashlib.sha256(f"benchmark {name}".encode()).digest()


SECRETS: Mapping[str, str] = {
    "SECRET_KEY": _made_up("secret").hex(),
    "FIELD_KEYS": base64.b64encode(_made_up("field")).decode(),
    "PASSWORD_SALT": _made_up("salt").hex(),
    "TOTP_SECRET": _made_up("totp").hex(),
}


def environment(cluster: Cluster, database: str, *, port: int, **more: str) -> dict[str, str]:
    """Returns the environment of a site on a database. Limits are off: one address asks for all."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ"}}
    return {
        **kept,
        **SECRETS,
        **cluster.settings(database),
        "MARKETPLACE_ENV": "development",
        "DATA_DIR": str(cluster.folder),
        "PORT": str(port),
        "SITE_URL": f"http://127.0.0.1:{port}",
        "LIMITS": "0",
        "CHALLENGES": "0",
        "PYTHONUNBUFFERED": "1",
        **more,
    }


AS_LONG_AS_IT_TAKES = Timeouts({"statement_timeout": "0"}, answer_within=3600.0)


@cache
def _app(database: str, settings: tuple[tuple[str, str], ...]) -> Flask:
    made = create_app(load_config(dict(settings)))
    limit_process(made, AS_LONG_AS_IT_TAKES)
    return made


def app(cluster: Cluster, database: str) -> Flask:
    """Returns the app in this process, on a database."""
    return _app(database, tuple(environment(cluster, database, port=8000).items()))


@contextmanager
def inside(cluster: Cluster, database: str) -> Iterator[Flask]:
    """Works in the app as a job would; whoever changed something commits it. Leaves no connection."""
    found = app(cluster, database)
    with found.app_context():
        use_role(DatabaseRole.WORKER)
        try:
            yield found
        finally:
            db.session.remove()
            db.engine.dispose()
