"""What an operator read of a listing or a check before deciding: a decision names the version it is about."""

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from marketplace.clinics import operator_queries
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import AgreeingForm, Shown
from marketplace.web.operator import wording
from marketplace.web.operator.claims import claim_rows

if TYPE_CHECKING:
    from marketplace.clinics.models import Check, Clinic

SAYS = (
    *("name", "country", "city", "address", "website", "email", "languages", "currency", "summary", "founded_year"),
    *("hours", "products", "accepts_countries"),
)


def listing_shown(clinic: "Clinic") -> Shown:
    """State, statement, what the listing says, and each claim beside its check; how busy the clinic is matters not."""
    facts: dict[str, object] = {
        "state": clinic.listing_state,
        "statement": [clinic.listing_reason, clinic.listing_statement, clinic.listing_answer],
        "listing": [str(getattr(clinic, name)) for name in SAYS],
    }
    facts |= {f"check.{row.kind}": [row.claim, row.evidence, row.held, row.state] for row in claim_rows(clinic)}
    return Shown(("listing", str(clinic.id)), facts)


def check_shown(check: "Check") -> Shown:
    """The claim, and what is held of it."""
    claim = next(row.claim for row in claim_rows(check.clinic) if row.kind == check.kind)
    facts: dict[str, object] = {
        "claim": claim,
        "state": [check.state, str(check.expires_on), check.checked_by],
        "evidence": check.evidence,
        "source": check.source,
    }
    return Shown(("check", str(check.id)), facts)


def items(form: AgreeingForm) -> list[tuple[str | None, str]]:
    """What changed since the page was shown."""
    labels: dict[str, object] = {
        "state": _("State"),
        "statement": _("Reason and statement"),
        "listing": _("What the listing says"),
        "claim": _("What the clinic says"),
        "evidence": _("Evidence"),
        "source": _("Source"),
    }
    labels |= {f"check.{kind}": label for kind, label in wording.CHECK_KIND.items()}
    return agreeing.items(form.changes, labels, gone=_("A check is gone"))


def last_happened(clinic: "Clinic") -> dict[str, object]:
    """Who did what last, for the page of whoever came second."""
    history = operator_queries.history(clinic, limit=3)
    return {"history": history, "actors": wording.actors(entry.actor for entry in history)}
