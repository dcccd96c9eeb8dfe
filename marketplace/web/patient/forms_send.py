"""Who gets the request, and the last word before it is sent."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms.validators import InputRequired

from marketplace.leads.proposal import Proposed
from marketplace.quote_requests import drafts, queries
from marketplace.web.forms.agreeing import AgreeingForm
from marketplace.web.forms.base import CreatingForm
from marketplace.web.forms.challenged import ChallengedForm
from marketplace.web.patient.asking import Question
from marketplace.web.patient.fields import SomeOf


class ClinicsForm(Question):
    """Only what is ticked gets anything."""

    clinics = SomeOf(
        _("Choose who gets your request"),
        _("Select at least one clinic"),
        most=drafts.MOST_CLINICS,
        too_many=_("Select no more than 5 clinics"),
    )

    proposed: Proposed

    @classmethod
    def for_proposed(cls, quote_request: Any, proposed: Proposed) -> "ClinicsForm":
        """The choices are what routing proposes now."""
        form = cls.of(quote_request)
        form.proposed = proposed
        form.clinics.choices = [(p.clinic.slug, p.clinic.name) for p in proposed.proposals]
        return form

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """Unticked, unless ticked before."""
        return {"clinics": [clinic.slug for clinic in queries.ticked(quote_request)]}

    def store(self, quote_request: Any) -> None:
        """Ticked clinics, in the order proposed."""
        ticked = [p.clinic for p in self.proposed.proposals if p.clinic.slug in (self.clinics.data or [])]
        drafts.answer_clinics(quote_request, clinics=ticked, wait=False)


class WaitForm(Question):
    """No clinic can take it: it may wait for one."""

    wait = BooleanField(
        _("Keep my request, and write to me when a clinic can take it"),
        validators=[InputRequired(_("Select that we keep your request, or change where or when you could travel"))],
        render_kw={"value": "yes"},
    )

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """Unticked, unless ticked before."""
        return {"wait": quote_request.wait_without_clinic}

    def store(self, quote_request: Any) -> None:
        """Kept without a recipient."""
        drafts.answer_clinics(quote_request, clinics=[], wait=True)


class CheckForm(AgreeingForm, CreatingForm, ChallengedForm):
    """Consent is its own box; without it the request goes without health answers."""

    limit = "send-request"
    share_health = BooleanField()
    adult = BooleanField(_("I am 18 or over"), validators=[InputRequired(_("Confirm that you are 18 or over"))])
    aftercare = BooleanField()  # no page asks for it; accepted from whoever sends it
