"""Who works where no request is: a worker inside a test's process, and the administrator at the command line."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from click.testing import Result
from flask import Flask, has_app_context
from flask.testing import FlaskCliRunner

from marketplace import worker
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, RoleScope, reset_role, use_role

SYSTEM = {"role_scope": RoleScope(DatabaseRole.WORKER)}


def look_at_everything(*, allowed: bool) -> None:
    """A test stands where a worker would; what it tests begins without a role, as it does on a server."""
    db.session.session_factory.configure(info=SYSTEM if allowed else {})


def work_off(app: Flask) -> None:
    """Runs until nothing is due; in a thread, because a browser test of this process may keep a loop in its own."""
    look_at_everything(allowed=False)
    try:
        with ThreadPoolExecutor(1) as thread:
            thread.submit(copy_context().run, worker.run, app, wait=False).result()
    finally:
        look_at_everything(allowed=True)


class Administrator(FlaskCliRunner):
    """Types commands: whatever role they need they take themselves."""

    def invoke(self, *args: Any, **kwargs: Any) -> Result:
        """Begins without one."""
        look_at_everything(allowed=False)
        if has_app_context():
            reset_role()
        try:
            return super().invoke(*args, **kwargs)
        finally:
            look_at_everything(allowed=True)
            if has_app_context():
                use_role(DatabaseRole.WORKER)
