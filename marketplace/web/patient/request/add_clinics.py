"""Adding clinics to an open request, each with a consent of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from babel.lists import format_list
from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from marketplace.clinics.queries import with_slugs
from marketplace.foundation.problems import WrongState
from marketplace.leads import submission
from marketplace.leads.consent import consent_text
from marketplace.leads.proposal import Proposed, show_proposals, still_open
from marketplace.leads.submission import Confirmed, add_clinics
from marketplace.quote_requests.drafts import MAX_CLINICS
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import STALE, AgreeingForm, Shown
from marketplace.web.forms.base import IdempotentForm
from marketplace.web.forms.idempotent import idempotent
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.clinic_cards import ClinicChoice
from marketplace.web.patient.form.agreement import HEALTH_ROWS, Row, answer_facts, marked_rows, rows, without_links
from marketplace.web.patient.form.choices import SomeOf
from marketplace.web.patient.request_access import is_trusted_browser
from marketplace.web.patient.why_clinics import WhyNot, why_not

ONLY_WHEN_CHOSEN = {"email", "phone"}


class AddClinicsForm(AgreeingForm, IdempotentForm):
    """The clinics to add, and whether they get the health answers."""

    clinics = SomeOf(
        _l("Add another clinic"),
        _l("Select at least one clinic"),
        most=MAX_CLINICS,
        too_many=_l("Select no more than %(n)s clinics", n=MAX_CLINICS),
    )
    share_health = BooleanField()

    @classmethod
    def for_offer(cls, offer: "Offer") -> "AddClinicsForm":
        """Returns the form with the clinics that could be added as choices."""
        form = cls()
        form.clinics.choices = [(proposal.clinic.slug, proposal.clinic.name) for proposal in offer.proposed.proposals]
        n = len(offer.photos)
        form.share_health.label.text = (
            ngettext(
                "Send them my health answers and %(num)s photo, too",
                "Send them my health answers and %(num)s photos, too",
                n,
            )
            if n
            else _("Send them my health answers, too")
        )
        return form


@dataclass(frozen=True)
class Offer:
    """The clinics that could be added, the consent sentences for each, and the answers they would get."""

    quote_request: QuoteRequest
    proposed: Proposed

    @classmethod
    def now(cls, quote_request: QuoteRequest) -> "Offer":
        """Returns the offer as of this moment, which is kept as what was shown."""
        return cls(quote_request, show_proposals(quote_request))

    @classmethod
    def still(cls, quote_request: QuoteRequest) -> "Offer":
        """Returns what was shown, without the clinics that cannot be added any more."""
        return cls(quote_request, still_open(quote_request))

    @property
    def why_not(self) -> list[WhyNot]:
        """Returns why the other clinics cannot be added, and where an answer is changed."""
        base = url_for("patient.show_request", ref=self.quote_request.ref)
        return why_not(self.proposed.counts, address=lambda step: f"{base}/answers/{step}")

    @property
    def has_health(self) -> bool:
        """Returns whether there are health answers to send; taken back from every clinic, they are deleted."""
        return self.quote_request.health_sealed is not None

    @cached_property
    def photos(self) -> list[Photo]:
        """Returns the photos that an added clinic gets with the health answers."""
        return photos_of(self.quote_request)

    @cached_property
    def rows(self) -> list[Row]:
        """Returns the answers that an added clinic gets."""
        shown = rows(self.quote_request, photos=len(self.photos))
        return [row for row in shown if row["name"] not in ONLY_WHEN_CHOSEN]

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """Returns, by clinic, the consent sentence with health answers and the one without."""
        photos = len(self.photos)
        clinics = [proposal.clinic for proposal in self.proposed.proposals]
        return {
            clinic.slug: [consent_text([clinic], with_health=shared, photos=photos) for shared in (True, False)]
            for clinic in clinics
        }

    @cached_property
    def shown(self) -> Shown:
        """Returns the facts shown: for each clinic one for its sentence without health answers and one with them."""
        facts = answer_facts(self.rows, [photo.id for photo in self.photos])
        facts |= {f"health.{slug}": words[0] for slug, words in self.words.items()}
        facts |= {f"clinic.{slug}": words[1] for slug, words in self.words.items()}
        return Shown(("more", str(self.quote_request.id)), facts)

    def agreed_to(self, form: AddClinicsForm) -> set[str]:
        """Returns the names of the facts that were agreed to; facts about what is not ticked may change."""
        shares = bool(form.share_health.data)
        names = {row["name"] for row in self.rows if shares or row["name"] not in HEALTH_ROWS}
        kinds = ("clinic", "health") if shares else ("clinic",)
        return names | {f"{kind}.{slug}" for kind in kinds for slug in form.clinics.data or ()}

    def items(self, form: AddClinicsForm) -> list[tuple[str | None, str]]:
        """Returns what changed since the page was shown."""
        labels = {row["name"]: row["key"] for row in self.rows}
        labels |= {f"clinic.{proposal.clinic.slug}": proposal.clinic.name for proposal in self.proposed.proposals}
        return agreeing.items(form.changes, labels, gone=_("A clinic you ticked can no longer be added"))


@blueprint.get("/my/requests/<ref>/clinics")
@writes
def show_more_clinics(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows the clinics that could be added, each with its reason. Raises WrongState where the request is not open."""
    if quote_request.state != RequestState.OPEN:
        raise WrongState(REQUEST_REFUSALS[quote_request.state])
    offer = Offer.now(quote_request)
    return _page(offer, AddClinicsForm.for_offer(offer))


def _page(offer: Offer, form: AddClinicsForm) -> ResponseReturnValue:
    form.show(offer.shown)
    marked = marked_rows(offer.rows, form.changes)
    page = render_template(
        "patient/request/add_clinics.html",
        offer=offer,
        rows=without_links(marked, own=is_trusted_browser(offer.quote_request.ref)),
        choice=ClinicChoice(offer.quote_request, offer.proposed),
        form=form,
        has_errors=bool(form.errors or form.changes),
    )
    return page, STALE if form.changes else 422 if form.errors else 200


@blueprint.post("/my/requests/<ref>/clinics")
@writes
@idempotent(AddClinicsForm)
def send_to_more_clinics(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Adds the ticked clinics; their leads are made at once, as the address is confirmed. Raises Refused."""
    _lock(quote_request, AddClinicsForm().clinics.data or ())
    offer = Offer.still(quote_request)
    form = AddClinicsForm.for_offer(offer)
    if form.clinics.data and not form.agrees_to(offer.shown, among=offer.agreed_to(form)):
        return _page(offer, form)
    if not form.validate_on_submit():
        return _page(offer, form)
    ticked = [p.clinic for p in offer.proposed.proposals if p.clinic.slug in (form.clinics.data or [])]
    _say_what_came_of_it(add_clinics(quote_request, ticked, share_health=form.share_health.data))
    return redirect(url_for("patient.show_request", ref=quote_request.ref), 303)


def _lock(quote_request: QuoteRequest, slugs: Iterable[str]) -> None:
    """Locks the ticked clinics, then the request; of a forged list no more clinics than may be added."""
    submission.lock_with_clinics(quote_request, with_slugs(sorted(set(slugs))[:MAX_CLINICS]))


def _say_what_came_of_it(confirmed: Confirmed) -> None:
    if confirmed.leads:
        names = format_list([lead.clinic.name for lead in confirmed.leads], locale=get_locale() or "en")
        flash(_("Your request has gone to %(names)s", names=names), "success")
    for clinic in confirmed.full:
        flash(_("%(clinic)s is full for now and did not get your request", clinic=clinic.name), "care")
