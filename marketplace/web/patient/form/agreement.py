"""What the patient's pages that ask for agreement show: the answers, who gets them, and the exact sentences."""

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from marketplace.clinics.models import Clinic
from marketplace.leads.consent import consent_text
from marketplace.leads.proposal import refusals
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import Changes, Shown
from marketplace.web.patient.form.summary import Row, rows
from marketplace.words.lead import ROUTING_REASONS

HEALTH_ROWS = ("conditions", "details", "photos")


@dataclass(frozen=True)
class Recipients:
    """Of the clinics that were ticked those that can get the request now, and the others with the reason in words."""

    clinics: list[Clinic]
    left_out: list[tuple[Clinic, str]]

    @classmethod
    def among(cls, quote_request: QuoteRequest, clinics: list[Clinic]) -> "Recipients":
        """As it is at this moment."""
        refused = refusals(quote_request, clinics)
        return cls(
            [clinic for clinic in clinics if clinic.id not in refused],
            [(clinic, str(ROUTING_REASONS.patient[refused[clinic.id]])) for clinic in clinics if clinic.id in refused],
        )


@dataclass(frozen=True)
class Agreement:
    """One page: whose request, who gets it, what goes along."""

    page: str
    quote_request: QuoteRequest
    recipients: Recipients

    @property
    def clinics(self) -> list[Clinic]:
        """Who gets it."""
        return self.recipients.clinics

    @cached_property
    def photos(self) -> list[Photo]:
        """Those that go along with the health answers."""
        return list(photos_of(self.quote_request))

    @cached_property
    def rows(self) -> list[Row]:
        """Every answer."""
        return rows(self.quote_request)

    def sentence(self, *, with_health: bool) -> str:
        """Exactly what is agreed to."""
        return consent_text(self.clinics, with_health=with_health, photos=len(self.photos))

    @cached_property
    def sentences(self) -> list[str]:
        """All that may be agreed to on this page."""
        return [self.sentence(with_health=shared) for shared in (True, False)] if self.clinics else []

    @cached_property
    def shown(self) -> Shown:
        """All that the page shows and the person agrees to."""
        facts: dict[str, object] = answer_facts(self.quote_request, self.rows)
        facts |= {f"clinic.{clinic.slug}": [clinic.name, clinic.country] for clinic in self.clinics}
        facts["sentence"] = self.sentences
        return Shown((self.page, str(self.quote_request.id)), facts)

    def marked(self, changes: Changes) -> list[Row]:
        """The rows, with a mark where they changed."""
        return marked_rows(self.rows, changes)

    def items(self, changes: Changes) -> list[tuple[str | None, str]]:
        """What changed since the page was shown, a line each."""
        labels = {row["name"]: row["key"] for row in self.rows}
        labels |= {f"clinic.{clinic.slug}": clinic.name for clinic in self.clinics}
        labels["sentence"] = _("The words you agree to")
        return agreeing.items(changes, labels, gone=_("A clinic is no longer among those that get it"))


def answer_facts(quote_request: QuoteRequest, shown_rows: list[Row]) -> dict[str, object]:
    """Each answer as it is shown; a photo in another's place is another photo."""
    facts: dict[str, object] = {row["name"]: str(row["value"]) for row in shown_rows}
    return facts | {"photos": [str(photo.id) for photo in photos_of(quote_request)]}


def marked_rows(shown_rows: list[Row], changes: Changes) -> list[Row]:
    """Returns the rows with a mark on those that changed since the page was shown."""
    return [{**row, "changed": row["name"] in changes.changed} for row in shown_rows]


def without_links(shown_rows: list[Row], *, own: bool) -> list[Row]:
    """Answers that are read, not changed, here; health answers and photos only in the person's own browser."""
    closed = {} if own else dict.fromkeys(HEALTH_ROWS, _("Not shown in this browser"))
    return [{**row, "href": None, "value": closed.get(row["name"], row["value"])} for row in shown_rows]
