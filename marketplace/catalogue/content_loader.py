"""Loads the reviewed content files: adds new rows, updates rows nobody edited, leaves rows an operator edited."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import yaml
from flask import current_app
from sqlalchemy import select

from marketplace.catalogue import phrases
from marketplace.catalogue.country_facts import check_days, country_facts
from marketplace.catalogue.exchange import load_rates
from marketplace.catalogue.geography import CONTENT
from marketplace.catalogue.models import GUIDE_KINDS, Guide, PriceRange, Procedure, Treatment
from marketplace.catalogue.particulars import read
from marketplace.catalogue.phrases import PhraseSheet
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import Base
from marketplace.foundation.values.amounts import Source, read_amount

Loaded = TypeVar("Loaded", Treatment, Procedure, PriceRange, Guide, PhraseSheet)
# Columns that are newer than some rows: without a value they are filled, whatever an operator edited beside them.
NEWER = ("position", "particulars")
FACTS = ("depth_mm", "sessions", "spacing_weeks", "assumed", "variants")

DIGEST_NAMES = {"count": "n"}  # a renamed column: loaded rows must not count as edited


@dataclass
class LoadReport:
    """The number of rows added and updated, and the names of rows left because an operator edited them."""

    added: int = 0
    updated: int = 0
    left: list[str] = field(default_factory=list)


def load() -> LoadReport:
    """Loads all treatments of the content folder and the exchange rates; repeating it changes nothing.

    The facts of countries are read from their files by the pages; here they are checked. Raises ContentError.
    """
    report, further = LoadReport(), tuple(current_app.config["CONTENT_FOLDERS"])
    check_days(country_facts(further), today=clock.today())
    for folder in treatment_folders(further):
        _Loader(report, folder).load()
    load_rates()
    db.session.flush()
    return report


@cache
def treatment_folders(further: tuple[str, ...]) -> tuple[Path, ...]:
    """Returns the folder of each treatment in the order they are offered, those of `further` folders too."""
    found = [file.parent for root in (CONTENT, *map(Path, further)) for file in root.glob("*/treatment.yaml")]
    return tuple(sorted(found, key=lambda folder: (_head(folder / "treatment.yaml")["position"], folder.name)))


class _Loader:
    """Loads the files of one treatment."""

    def __init__(self, report: LoadReport, folder: Path) -> None:
        self.report, self.folder = report, folder

    def load(self) -> None:
        """Loads treatment, procedures, price ranges, guides and phrases, in the order they refer to each other."""
        about = _head(self.folder / "treatment.yaml")
        names = ("name", "summary", "concerns", "sources", "reviewed_on", "next_review", "signed_off_by", *NEWER)
        particulars = read(about["particulars"])
        treatment = self._put(Treatment, {"slug": about["slug"]}, {name: about[name] for name in names}, about["slug"])
        procedures = {row["slug"]: self._procedure(treatment, n, row) for n, row in enumerate(about["procedures"], 1)}
        for row in _rows(self.folder / "prices.yaml"):
            self._price(procedures[row["procedure"]], row)
        for kind in GUIDE_KINDS:
            self._guide(treatment, kind)
        for language, values in phrases.read(_head(self.folder / "phrases.yaml"), particulars).items():
            which = {"treatment_id": treatment.id, "language": language}
            self._put(PhraseSheet, which, values, f"{treatment.slug} phrases {language}")

    def _procedure(self, treatment: Treatment, position: int, row: dict[str, Any]) -> Procedure:
        values = {name: row[name] for name in ("name", "short", "description")}
        facts = {name: row[name] for name in FACTS if name in row}
        values |= {"treatment_id": treatment.id, "position": position, "facts": facts}
        return self._put(Procedure, {"slug": row["slug"]}, values, row["slug"])

    def _price(self, procedure: Procedure, row: dict[str, Any]) -> None:
        which = {"procedure_id": procedure.id, "country": row["country"], "basis": row["basis"]}
        values = {name: row[name] for name in ("currency", "count", "period", "source", "reviewed_on", "next_review")}
        values["period"] = str(values["period"])
        values |= {end: read_amount(str(row[end]), row["currency"], source=Source.FILE) for end in ("low", "high")}
        self._put(PriceRange, which, values, f"{procedure.slug} {row['country']} {row['basis']}")

    def _guide(self, treatment: Treatment, kind: str) -> None:
        head, body = front_matter(self.folder / f"{kind}.md")
        values = {name: head[name] for name in ("title", "summary", "reviewed_on", "next_review")}
        self._put(
            Guide, {"treatment_id": treatment.id, "kind": kind}, {**values, "body": body}, f"{treatment.slug} {kind}"
        )

    def _put(self, model: type[Loaded], which: dict[str, Any], values: dict[str, Any], name: str) -> Loaded:
        row = db.session.scalar(select(model).filter_by(**which))
        wanted = _digest(values)
        if row is None:
            row = model(**which, **values, loaded_digest=wanted)
            db.session.add(row)
            self.report.added += 1
        elif _digest(_stored(row, values)) != row.loaded_digest:
            self.report.left.append(name)
            self._fill(row, values)
        elif row.loaded_digest != wanted:
            for key, value in {**values, "loaded_digest": wanted}.items():
                setattr(row, key, value)
            self.report.updated += 1
        db.session.flush()
        return row

    def _fill(self, row: Base, values: dict[str, Any]) -> None:
        for key in values.keys() & set(NEWER):
            if getattr(row, key) is None:
                setattr(row, key, values[key])


def _stored(row: Base, values: dict[str, Any]) -> dict[str, Any]:
    """Returns the row's values; a column added later is left out, as nobody can have edited it."""
    found = {key: getattr(row, key) for key in values}
    return {key: value for key, value in found.items() if value is not None or values[key] is None}


def _digest(values: dict[str, Any]) -> str:
    """Returns a hash of the values, by the names with which earlier rows were hashed."""
    named = {DIGEST_NAMES.get(name, name): value for name, value in values.items()}

    def plain(value: date | UUID) -> str:
        return value.isoformat() if isinstance(value, date) else str(value)

    ordered = json.dumps(named, sort_keys=True, default=plain, ensure_ascii=False)
    return hashlib.sha256(ordered.encode()).hexdigest()


def _head(file: Path) -> dict[str, Any]:
    head: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return head


def _rows(file: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return rows


def front_matter(file: Path) -> tuple[dict[str, Any], str]:
    """Returns the head and the Markdown body of a content file."""
    _, head, body = file.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body.strip()
