"""What a clinic says, beside what was checked of it."""

from dataclasses import dataclass

from flask_babel import gettext as _

from marketplace.foundation import clock
from marketplace.web.filters import day_text, money_text, signed_by
from marketplace.web.operator.wording import CHECK, CHECK_KIND
from marketplace.web.words import ROLES

VERDICTS = {"passed": "matches", "missing": "missing", "submitted": "missing", "lapsed": "expired"}


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


def claim_rows(clinic: object) -> list[ClaimRow]:
    """One row a check, in their order."""
    claims = _claims(clinic)
    return [_row(check, claims[check.kind]) for check in clinic.checks]  # type: ignore[attr-defined]


def _row(check: object, claim: str) -> ClaimRow:
    kind, state = str(check.kind), str(check.state)  # type: ignore[attr-defined]
    label, tag = CHECK[state]
    ended = state == "passed" and check.expires_on < clock.today()  # type: ignore[attr-defined]
    return ClaimRow(
        kind=kind,
        title=str(CHECK_KIND[kind]),
        claim=claim,
        evidence=check.evidence,  # type: ignore[attr-defined]
        held=_held(check),
        state="lapsed" if ended else state,
        label=str(CHECK["lapsed"][0] if ended else label),
        tag="bad" if ended else tag,
        verdict="expired" if ended else VERDICTS.get(state, "differs"),
    )


def _held(check: object) -> str:
    """Where the evidence is from, who looked at it, and until when it counts."""
    parts = [check.source]  # type: ignore[attr-defined]
    if check.checked_by and check.passed_at:  # type: ignore[attr-defined]
        by, on = signed_by(check.checked_by), day_text(check.passed_at)  # type: ignore[attr-defined]
        parts.append(_("Checked by %(by)s on %(day)s", by=by, day=on))
    if check.expires_on:  # type: ignore[attr-defined]
        parts.append(_("Until %(day)s", day=day_text(check.expires_on)))  # type: ignore[attr-defined]
    return " · ".join(part for part in parts if part)


def _claims(clinic: object) -> dict[str, str]:
    people = [" · ".join(filter(None, (p.name, str(ROLES[p.role]), p.register_number))) for p in clinic.people]  # type: ignore[attr-defined]
    prices = [
        _(
            "%(procedure)s %(low)s to %(high)s",
            procedure=price.procedure.name,
            low=money_text(price.low, price.currency),
            high=money_text(price.high, price.currency),
        )
        for price in clinic.prices  # type: ignore[attr-defined]
    ]
    return {
        "company": f"{clinic.name} · {clinic.address}",  # type: ignore[attr-defined]
        "licence": _("Is licensed to treat in %(city)s", city=clinic.city),  # type: ignore[attr-defined]
        "people": "\n".join(people) or _("Nobody named"),
        "products": "\n".join(clinic.products) or _("None named"),  # type: ignore[attr-defined]
        "insurance": _("Is insured against harm to patients"),
        "prices": "\n".join(prices) or _("None given"),
    }
