"""W: a whole request stored by one statement: routed to five clinics, their places taken, leads and jobs made."""

import os

import psycopg
from flask import Flask, abort, redirect, request
from psycopg_pool import ConnectionPool
from werkzeug.wrappers import Response as BaseResponse

from benchmarks.reference import STATEMENT_FILE

STATEMENT = STATEMENT_FILE.read_bytes()
NEEDED = ("adult", "shown", "idem")
LEADS = 5
pool: ConnectionPool[psycopg.Connection[tuple[int, object]]] = ConnectionPool(
    os.environ.get("REFERENCE_URL", "postgresql:///"), min_size=1, max_size=4, open=False
)
app = Flask(__name__)


@app.get("/hello")
def hello() -> str:
    """Says that it is there."""
    return "hello"


@app.post("/send")
def send() -> BaseResponse:
    """Validates the form, stores everything, sends on."""
    if not all(request.form.get(name) for name in NEEDED):
        abort(422)
    pool.open()
    with pool.connection() as connection:
        found = connection.execute(STATEMENT).fetchone()
    if found is None or found[0] != LEADS:
        abort(409)
    return redirect("/sent", 303)
