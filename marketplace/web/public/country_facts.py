"""What official pages say of a country, as rows of a table, each with its source; and what to ask the clinic for."""

from dataclasses import astuple, fields
from typing import NamedTuple

from flask import Response, current_app
from flask_babel import gettext as _

from marketplace.catalogue.country_facts import FACT_KINDS, FRESH_MONTHS, CountryFact, country_facts
from marketplace.foundation import clock
from marketplace.foundation.values.csv_text import MEDIA_TYPE, csv_text
from marketplace.web.filters import day_text
from marketplace.web.public.blueprint import blueprint
from marketplace.words.country import COUNTRY_FACTS


class FactRow(NamedTuple):
    """A kind of fact: what is known, with the name and address of its source."""

    name: str
    text: str
    source: str
    url: str
    notes: list[str]


def fact_rows(country: str) -> list[FactRow]:
    """Returns a row for each kind of fact that an official page was read on, in their order."""
    known = ((kind, fact_of(country, kind)) for kind in FACT_KINDS)
    return [FactRow(_words(kind)[0], fact.text, fact.source, fact.url, _notes(fact)) for kind, fact in known if fact]


def facts_to_ask(country: str) -> list[str]:
    """Returns what to ask a clinic for: of each kind of fact that no official page was read on."""
    return [_words(kind)[1] for kind in FACT_KINDS if fact_of(country, kind) is None]


def _words(kind: str) -> tuple[str, str]:
    name, ask_for = COUNTRY_FACTS.patient[kind]
    return str(name), str(ask_for)


def fact_of(country: str, kind: str) -> CountryFact | None:
    """Returns what an official page says; None where none was read."""
    return country_facts(tuple(current_app.config["CONTENT_FOLDERS"])).get(country, {}).get(kind)


FACT_COLUMNS = ("country", "kind", *(field.name for field in fields(CountryFact)))


@blueprint.get("/country-facts.csv")
def facts_csv() -> Response:
    """Returns every fact about a country as CSV, with its source and its days; empty where there is none."""
    known = country_facts(tuple(current_app.config["CONTENT_FOLDERS"]))
    rows = ([code, kind, *astuple(fact)] for code, facts in known.items() for kind, fact in facts.items())
    return Response(csv_text([FACT_COLUMNS, *rows]), mimetype=MEDIA_TYPE)


def _notes(fact: CountryFact) -> list[str]:
    """Returns when the page was read, of when it is, and whether that is long ago."""
    read_on = day_text(fact.read_on)
    notes = [
        _("Read on %(day)s, a stored copy", day=read_on) if fact.stored_copy else _("Read on %(day)s", day=read_on)
    ]
    if fact.dated:
        notes.append(_("The page is of %(day)s", day=day_text(fact.dated)))
    if fact.is_old(clock.today()):
        notes.append(_("More than %(n)s months old: ask whether it still holds", n=FRESH_MONTHS))
    return notes
