"""The rungs of the ladder: bare WSGI, Flask alone, a plain page (R), the same tuned (L), and out of a cache (K)."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache

from babel import Locale
from flask import Flask, Response, render_template, request, url_for
from sqlalchemy import Column, Date, Integer, MetaData, Select, Table, Text, bindparam, create_engine, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Row

from marketplace.catalogue.geography import destinations

SHOWN = 25  # rows, where no other number is asked for
TITLES = {
    **{"home": "Home", "treatments": "Treatments", "prices": "Prices", "clinics": "Clinics", "checks": "Checks"},
    **{"how-it-works": "How it works", "about": "About", "terms": "Terms", "privacy": "Privacy"},
}
COUNTRIES = {code: Locale("en").territories[code] for code in destinations()}
metadata = MetaData()
card = Table(
    "reference_card",
    metadata,
    *(Column(name, Text) for name in ("id", "slug", "name", "country", "city", "currency", "search_text")),
    *(Column(name, Integer) for name in ("reply_minutes", "checks", "low", "high", "low_eur", "shuffle")),
    *(Column(name, ARRAY(Text)) for name in ("languages", "roles")),
    Column("expires_on", Date),
)
offer = Table(
    "reference_offer",
    metadata,
    *(Column(name, Text) for name in ("id", "procedure", "country")),
    *(Column(name, Integer) for name in ("reply_minutes", "checks", "low", "high", "low_eur", "shuffle")),
    Column("languages", ARRAY(Text)),
)
engine = create_engine(os.environ.get("REFERENCE_URL", "postgresql:///"), pool_size=4)
reading = engine.execution_options(isolation_level="AUTOCOMMIT")
app = Flask(__name__)
app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
CARD_COLUMNS = (
    *("slug", "name", "country", "city", "currency", "reply_minutes", "checks", "languages", "roles"),
    *("expires_on", "low", "high"),
)


def bare(_environ: object, start_response: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answers without any framework."""
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


@app.get("/hello")
def hello() -> str:
    """Answers without database or template."""
    return "hello"


def wanted(given: Iterable[tuple[str, str]]) -> Select[*tuple[object, ...]]:
    """Builds the statement of the list page, with a bound parameter of its name for each condition."""
    names = dict(given)
    source = offer if "procedure" in names else card
    query = select(*(card.c[name] for name in CARD_COLUMNS))
    if source is offer:
        query = query.join(offer, offer.c.id == card.c.id).where(offer.c.procedure == bindparam("procedure"))
    if "country" in names:
        query = query.where(source.c.country == bindparam("country"))
    if "language" in names:
        query = query.where(source.c.languages.contains(bindparam("language", type_=ARRAY(Text))))
    if "q" in names:
        query = query.where(card.c.search_text.contains(bindparam("q")))
    if "max_price" in names:
        query = query.where(card.c.low_eur <= bindparam("max_price"))
        return query.order_by(card.c.low_eur, card.c.shuffle, card.c.id).limit(bindparam("rows"))
    query = query.order_by(source.c.checks.desc(), source.c.reply_minutes, source.c.shuffle, source.c.id)
    return query.limit(bindparam("rows"))


built_once = lru_cache(maxsize=100)(wanted)


def conditions() -> dict[str, str | int | list[str]]:
    """Returns the conditions of the address, and how many rows it wants."""
    given: dict[str, str | int | list[str]] = {
        name: request.args[name]
        for name in ("country", "procedure", "language", "q", "max_price")
        if request.args.get(name)
    }
    if "country" in given:
        given["country"] = str(given["country"]).upper()
    if "language" in given:
        given["language"] = [str(given["language"])]
    if "max_price" in given:
        given["max_price"] = int(str(given["max_price"])) * 100
    given["rows"] = request.args.get("rows", SHOWN, int)
    return given


def page(template: str, rows: Iterable[Row[*tuple[object, ...]]], **context: object) -> str:
    """Renders the list; `pad` bytes make it as long as the page it is compared with."""
    padding, today = "x" * request.args.get("pad", 0, int), datetime.now(UTC).date()
    shown = {"rows": rows, "titles": TITLES, "countries": COUNTRIES, "today": today, "padding": padding}
    return render_template(template, **shown, **context)


@app.get("/clinics")
def plain() -> str:
    """R: a statement built for each request, in a transaction, and a template that asks for each link."""
    given = conditions()
    with engine.connect() as connection:
        rows = connection.execute(wanted((name, "") for name in given), given).all()
    return page("list.html", rows)


@app.get("/tuned")
def tuned() -> str:
    """L: the statement built once, read without a transaction, links written out."""
    given = conditions()
    with reading.connect() as connection:
        rows = connection.execute(built_once(tuple((name, "") for name in given)), given).all()
    return page("tuned.html", rows, prefix=url_for("clinic", slug=""))


kept: dict[str, Response] = {}


@app.get("/cached/clinics")
def cached() -> Response:
    """K: the page as it was made for the first reader, with a tag that a browser may bring back."""
    found = kept.get(request.full_path)
    if found is None:
        found = kept[request.full_path] = Response(plain(), mimetype="text/html")
        found.add_etag()
    answer = Response(found.get_data(), mimetype="text/html", headers={"ETag": found.headers["ETag"]})
    answer.make_conditional(request)
    return answer


@app.get("/clinic/", defaults={"slug": ""}, endpoint="clinic")
@app.get("/clinic/<slug>", endpoint="clinic")
@app.get("/clinic/<slug>/checks", endpoint="checks")
@app.get("/clinics/<country>/<city>", endpoint="city")
@app.get("/get-quotes/<slug>", endpoint="ask")
@app.get("/page/<slug>", endpoint="page")
def other(**_parts: str) -> str:
    """Stands for the pages that the list links to."""
    return ""
