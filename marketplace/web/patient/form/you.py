"""The question who the person is and how to reach them."""

import re
from typing import Self

import phonenumbers
from flask import redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from marketplace.foundation.security.input_safety import mailable, trimmed
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.reviews.doubtful_words import contact
from marketplace.web.forms.base import email_field
from marketplace.web.http.writing import commit_despite_refusal, writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.form.choices import SomeOf, page_language
from marketplace.web.patient.form.flow import CHANGE, Question, after, keep, page, url_of, with_draft
from marketplace.web.patient.form.languages import LIKELY, languages

REACHES = re.compile(r"[@\d]|://|www\.")
MAX_NAME_LENGTH = 80
MAX_QUESTIONS = 5
MAX_QUESTION_LENGTH = 200


class YouForm(Question):
    """Contact answers. Clinics get name and languages; email and phone only after the patient chose a quote."""

    step = "you"
    name = StringField(
        _l("Name to use"),
        validators=[
            DataRequired(_l("Enter the name you want clinics to use")),
            Length(max=MAX_NAME_LENGTH, message=_l("Enter %(n)s characters or fewer", n=MAX_NAME_LENGTH)),
        ],
    )
    email = email_field()
    languages = SomeOf(
        _l("Which languages can you talk in?"),
        _l("Select at least one language"),
    )
    phone = TelField(_l("Phone number"), validators=[Optional()])
    questions = TextAreaField(_l("Do you have questions for the clinics?"))

    home: str | None = None
    likely = LIKELY  # languages in sight; the rest is folded

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form; a phone number without a country code is read as one of the home country."""
        form = super().of(quote_request)
        form.home = quote_request.home_country
        form.languages.choices = languages(quote_request)
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored answers; the page's language is ticked at first, which is no consent."""
        answers = queries.answers(quote_request)
        return {
            "name": answers.name,
            "email": answers.email,
            "phone": answers.phone,
            "languages": quote_request.languages or [page_language()],
            "questions": "\n".join(answers.questions),
        }

    def validate_name(self, field: StringField) -> None:
        """Checks that the name holds no contact data: every chosen clinic gets it. Raises ValidationError."""
        if contact(field.data or ""):
            raise ValidationError(
                _("Leave out phone numbers and addresses: clinics get them when you choose one, and no sooner")
            )

    def validate_phone(self, field: TelField) -> None:
        """Checks that a phone number, if there is one, could be rung. Raises ValidationError."""
        if self._phone() is None:
            raise ValidationError(_("Enter a phone number with its country code, like +44 20 7946 0958"))

    def validate_questions(self, _field: TextAreaField) -> None:
        """Checks the number and length of the questions, and for contact data. Raises ValidationError."""
        asked = self._questions()
        if len(asked) > MAX_QUESTIONS:
            raise ValidationError(_("Enter no more than %(n)s questions, one a line", n=MAX_QUESTIONS))
        if any(len(question) > MAX_QUESTION_LENGTH for question in asked):
            raise ValidationError(_("Each question must be %(n)s characters or fewer", n=MAX_QUESTION_LENGTH))
        # The name of a messenger may be asked about; a number or an address in a question reaches every clinic.
        if any(REACHES.search(sentence) for question in asked for sentence in contact(question)):
            raise ValidationError(
                _("Take phone numbers and addresses out of your questions: every clinic you tick reads them")
            )

    def _questions(self) -> list[str]:
        lines = (trimmed(line) for line in (self.questions.data or "").split("\n"))
        return [line for line in lines if line]

    def _phone(self) -> str | None:
        try:
            number = phonenumbers.parse(self.phone.data or "", self.home)
        except phonenumbers.NumberParseException:
            return None
        if not phonenumbers.is_valid_number(number):
            return None
        plain = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
        return f"{plain} ext. {number.extension}" if number.extension else plain

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the answers encrypted; where a field has an error, what it had before stays."""
        known, wrong = queries.answers(quote_request), self.errors
        drafts.answer_you(
            quote_request,
            name=known.name if "name" in wrong else self.name.data or "",
            email=known.email if "email" in wrong else self._email(quote_request),
            phone=known.phone if "phone" in wrong else (self._phone() or "") if self.phone.data else "",
            languages=quote_request.languages if "languages" in wrong else self.languages.data or [],
            questions=list(known.questions) if "questions" in wrong else self._questions(),
        )

    def _email(self, _quote_request: QuoteRequest) -> str:
        return mailable(self.email.data or "")


class SentYouForm(YouForm):
    """The same form for a request that was sent: its address was confirmed and cannot be changed."""

    email = None  # type: ignore[assignment] # so WTForms leaves a field out

    def _email(self, quote_request: QuoteRequest) -> str:
        return queries.answers(quote_request).email


@blueprint.route("/get-quotes/you", methods=["GET", "POST"])
@writes
@with_draft("you")
def ask_you(quote_request: QuoteRequest) -> ResponseReturnValue:
    """Asks for name, address and languages, and stores those that are right. Raises WrongState once it is sent."""
    form = YouForm.of(quote_request)
    if not form.validate_on_submit():
        if form.errors:
            keep(form, quote_request)
            commit_despite_refusal()
        changing = form.change.data == CHANGE
        came_by = {"back": url_of("photos")} if photos_of(quote_request) and not changing else {}
        return page("you", form, most=MAX_QUESTIONS, **came_by)
    keep(form, quote_request)
    return redirect(after("you", quote_request, changing=form.change.data == CHANGE), 303)
