"""The health questions, and the page that explains what an answer means."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from marketplace.catalogue.particulars import particulars_of
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web import answer_words
from marketplace.web.answer_words import NONE, UNSURE
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import SomeOf
from marketplace.web.patient.form.flow import CHANGE, Question, after, keep, page, url_of, with_draft

MAX_DETAILS_LENGTH = 1000


class HealthForm(Question):
    """The health answers. They inform the clinics; none of them ends the request."""

    step = "health"
    conditions = SomeOf(
        _l("Do any of these apply to you now?"),
        _l('Select what applies to you, or select "None of these"'),
    )
    details = TextAreaField(
        _l("Is there anything you want to add?"),
        validators=[
            Length(max=MAX_DETAILS_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_DETAILS_LENGTH))
        ],
    )

    add_photos = StringField()  # the button that leads to the photos before the next question

    examples: Mapping[str, str] = MappingProxyType({})

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form with the conditions that matter for the request's treatment."""
        form = super().of(quote_request)
        treatment = queries.treatment_of(quote_request)
        form.conditions.choices = answer_words.choices(treatment)
        form.examples = answer_words.examples(treatment)
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored answers, decrypted for the person who wrote them."""
        answers = queries.answers(quote_request)
        return {"conditions": list(answers.conditions), "details": answers.details}

    def validate_conditions(self, field: SomeOf) -> None:
        """Checks that "None of these" is ticked alone. Raises ValidationError."""
        ticked = field.data or []
        if NONE in ticked and len(ticked) > 1:
            raise ValidationError(_('You selected "None of these" and another answer: choose one'))

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the answers encrypted. Raises Refused."""
        drafts.answer_health(quote_request, conditions=self.conditions.data or [], details=self.details.data or "")


@blueprint.route("/get-quotes/health", methods=["GET", "POST"])
@writes
@with_draft("health")
def ask_health(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for health answers; one that may mean a pause leads to the page about it. Raises WrongState."""
    form = HealthForm.of(quote_request)
    if not form.validate_on_submit():
        return page("health", form, nothing=NONE)
    keep(form, quote_request)
    changing = form.change.data == CHANGE
    photos = form.add_photos.data or None
    if set(form.conditions.data or ()) & particulars_of(queries.treatment_of(quote_request)).pausing:
        return redirect(url_for("patient.pause", change=CHANGE if changing else None, photos=photos), 303)
    return redirect(url_of("photos") if photos else after("health", quote_request, changing=changing), 303)


@blueprint.get("/get-quotes/pause")
@with_draft("you")
def pause(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Shows which conditions were ticked and what they mean; it asks nothing."""
    conditions = set(queries.answers(quote_request).conditions)
    content = particulars_of(queries.treatment_of(quote_request))
    changing = request.args.get("change") == CHANGE
    onward = url_of("photos") if request.args.get("photos") else after("health", quote_request, changing=changing)
    if not conditions & content.pausing:
        return redirect(onward, 303)
    return render_template(
        "patient/form/pause.html",
        care=[care for care in content.care if conditions & set(care.conditions)],
        unsure=UNSURE in conditions,
        others=[care for care in content.care if not conditions & set(care.conditions)],
        onward=onward,
        back=url_of("health", change=CHANGE if changing else None),
        later=url_of("when", change=CHANGE),
    )
