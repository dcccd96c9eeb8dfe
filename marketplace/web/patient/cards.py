"""A proposed clinic as the person sees it before ticking it."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.clinics.stamps import Stamp, stamp
from marketplace.foundation import clock
from marketplace.leads.proposal import Proposal, Proposed
from marketplace.leads.reasons import in_words
from marketplace.web.filters import day_text, duration, money


@dataclass(frozen=True)
class Card:
    """What the choice is made by."""

    clinic: Any
    reason: str
    reply: str
    stamp: dict[str, str]
    price: Markup | None


def cards(proposed: Proposed, procedure_id: object) -> dict[str, Card]:
    """By the clinic's slug, in the order proposed."""
    return {p.clinic.slug: _card(p, procedure_id) for p in proposed.proposals}


def _card(proposal: Proposal, procedure_id: object) -> Card:
    clinic: Any = proposal.clinic
    return Card(
        clinic=clinic,
        reason=in_words(proposal.reason),
        reply=_reply(clinic.reply_minutes),
        stamp=_stamp_words(stamp(clinic.checks, clock.today())),
        price=_price(clinic, procedure_id),
    )


def _reply(minutes: int | None) -> str:
    if minutes is None:
        return _("New here: no reply times yet")
    return _("Usually replies in %(time)s", time=duration(minutes))


def _price(clinic: Any, procedure_id: object) -> Markup | None:
    row = next((price for price in clinic.prices if price.procedure_id == procedure_id), None)
    if row is None:
        return None
    low, high = money(row.low, row.currency), money(row.high, row.currency)
    if row.low == row.high:
        return low
    return Markup(_("%(low)s to %(high)s", low=low, high=high))  # noqa: S704 - both parts are escaped Markup


def _stamp_words(found: Stamp) -> dict[str, str]:
    """Dates and the number of checks passed; never a score."""
    if found.checked_on is None or found.expires_on is None:
        return {"kind": found.kind, "title": _("Not checked yet"), "line": _("Not open for requests")}
    title = _("Checked %(day)s", day=day_text(found.checked_on))
    ends, passed = day_text(found.expires_on), {"passed": found.passed, "of": found.of}
    if found.kind == "lapsed":
        return {
            "kind": found.kind,
            "title": _("Check expired %(day)s", day=ends),
            "line": _("Cannot receive new requests"),
        }
    line = _("Expires %(day)s · %(passed)s of %(of)s checks passed", day=ends, **passed)
    return {"kind": found.kind, "title": title, "line": line}
