"""The clinic's claims beside their checks, and what a page showed of both before an operator decided."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from marketplace.clinics import operator_queries
from marketplace.foundation import clock
from marketplace.web.filters import day_text, money_text, signed_by
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import AgreeingForm, Shown
from marketplace.web.operator.audit import HistoryRow, listing_history
from marketplace.words.lead import PRACTITIONER_ROLES
from marketplace.words.listing import CHECK_KINDS, CHECK_STATES

if TYPE_CHECKING:
    from marketplace.clinics.models import Check, Clinic


VERDICTS = {"passed": "matches", "missing": "missing", "submitted": "missing", "expired": "expired"}


@dataclass(frozen=True)
class ClaimRow:
    """One row of the table: claim, evidence, verdict."""

    kind: str
    title: str
    claim: str
    evidence: str | None
    held: str
    state: str
    label: str
    tag: str | None
    verdict: str


def claim_rows(clinic: "Clinic") -> list[ClaimRow]:
    """Returns a row for each check, in their order."""
    claims = _claims(clinic)
    return [_row(check, claims[check.kind]) for check in clinic.checks]


def _row(check: "Check", claim: str) -> ClaimRow:
    kind, state = str(check.kind), str(check.state_on(clock.today()))
    label, tag = CHECK_STATES.operator[state]
    return ClaimRow(
        kind=kind,
        title=str(CHECK_KINDS.operator[kind]),
        claim=claim,
        evidence=check.evidence,
        held=_held(check),
        state=state,
        label=str(label),
        tag=tag,
        verdict=VERDICTS.get(state, "differs"),
    )


def _held(check: "Check") -> str:
    """Returns in words where the evidence is from, who checked it, and until when it is valid."""
    parts = [check.source]
    if check.checked_by and check.passed_at:
        by, on = signed_by(check.checked_by), day_text(check.passed_at)
        parts.append(_("Checked by %(by)s on %(day)s", by=by, day=on))
    if check.expires_on:
        parts.append(_("Until %(day)s", day=day_text(check.expires_on)))
    return " · ".join(part for part in parts if part)


def _claims(clinic: "Clinic") -> dict[str, str]:
    people = [
        " · ".join(filter(None, (p.name, str(PRACTITIONER_ROLES.operator[p.role]), p.register_number)))
        for p in clinic.people
    ]
    prices = [
        _(
            "%(procedure)s %(low)s to %(high)s",
            procedure=price.procedure.name,
            low=money_text(price.low, price.currency),
            high=money_text(price.high, price.currency),
        )
        for price in clinic.prices
    ]
    return {
        "company": f"{clinic.name} · {clinic.address}",
        "licence": _("Is licensed to treat in %(city)s", city=clinic.city),
        "people": "\n".join(people) or _("Nobody named"),
        "products": "\n".join(clinic.products) or _("None named"),
        "insurance": _("Is insured against harm to patients"),
        "prices": "\n".join(prices) or _("None given"),
    }


SAYS = (
    *("name", "country", "city", "address", "website", "email", "languages", "currency", "summary", "founded_year"),
    *("hours", "products", "accepts_countries"),
)


def listing_shown(clinic: "Clinic") -> Shown:
    """Returns the facts of a listing that a decision rests on; the clinic's current workload is none of them."""
    decision = clinic.standing_decision
    facts: dict[str, object] = {
        "state": clinic.listing_state,
        "statement": [*decision.reasons, decision.statement, decision.answer] if decision else None,
        "listing": [str(getattr(clinic, name)) for name in SAYS],
    }
    facts |= {f"check.{row.kind}": [row.claim, row.evidence, row.held, row.state] for row in claim_rows(clinic)}
    return Shown(("listing", str(clinic.id)), facts)


def check_shown(check: "Check") -> Shown:
    """Returns the facts that a decision about one check rests on: the claim and its evidence."""
    claim = next(row.claim for row in claim_rows(check.clinic) if row.kind == check.kind)
    facts: dict[str, object] = {
        "claim": claim,
        "state": [check.state, str(check.expires_on), check.checked_by],
        "evidence": check.evidence,
        "source": check.source,
    }
    return Shown(("check", str(check.id)), facts)


def items(form: AgreeingForm) -> list[tuple[str | None, str]]:
    """Returns what changed since the page was shown, as lines of the note above it."""
    labels: dict[str, object] = {
        "state": _("State"),
        "statement": _("Reason and statement"),
        "listing": _("What the listing says"),
        "claim": _("What the clinic says"),
        "evidence": _("Evidence"),
        "source": _("Source"),
    }
    labels |= {f"check.{kind}": label for kind, label in CHECK_KINDS.operator.items()}
    return agreeing.items(form.changes, labels, gone=_("A check is gone"))


def last_happened(clinic: "Clinic") -> list[HistoryRow]:
    """Returns the three newest events with their actors, for the page of the operator who came second."""
    return listing_history(operator_queries.history(clinic, limit=3))
