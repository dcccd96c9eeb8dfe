"""About the person: health as far as they tell it, and how to reach them."""

import re
from typing import Any, Self

import phonenumbers
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from marketplace.foundation.security.input_safety import trimmed
from marketplace.foundation.values.mail_addresses import mailable
from marketplace.quote_requests import drafts, queries
from marketplace.reviews.doubtful_words import contact
from marketplace.web.forms.base import email_field
from marketplace.web.patient import listings
from marketplace.web.patient.asking import Question
from marketplace.web.patient.fields import SomeOf
from marketplace.web.patient.wording import CONDITIONS

NONE = "none"
REACHES = re.compile(r"[@\d]|://|www\.")
LONGEST_DETAILS = 1000
LONGEST_NAME = 80
MOST_QUESTIONS = 5
LONGEST_QUESTION = 200


class HealthForm(Question):
    """Screening, never a gate."""

    conditions = SomeOf(
        _("Do any of these apply to you now?"),
        _('Select what applies to you, or select "None of these"'),
        choices=list(CONDITIONS.items()),
    )
    details = TextAreaField(
        _("Is there anything you want to add?"),
        validators=[Length(max=LONGEST_DETAILS, message=_("Enter %(n)s characters or fewer", n=LONGEST_DETAILS))],
    )

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """Opened for the one who wrote it."""
        answers = queries.answers(quote_request)
        return {"conditions": list(answers.conditions), "details": answers.details}

    def validate_conditions(self, field: SomeOf) -> None:
        """None stands alone."""
        ticked = field.data or []
        if NONE in ticked and len(ticked) > 1:
            raise ValidationError(gettext('You selected "None of these" and another answer: choose one'))

    def store(self, quote_request: Any) -> None:
        """Sealed at once."""
        drafts.answer_health(quote_request, conditions=self.conditions.data or [], details=self.details.data or "")


class YouForm(Question):
    """Name and languages for the clinics; email and phone for nobody until one is chosen."""

    name = StringField(
        _("Name to use"),
        validators=[
            DataRequired(_("Enter the name you want clinics to use")),
            Length(max=LONGEST_NAME, message=_("Enter %(n)s characters or fewer", n=LONGEST_NAME)),
        ],
    )
    email = email_field()
    languages = SomeOf(
        _("Which languages can you talk in?"),
        _("Select at least one language"),
        choices=listings.languages,
    )
    phone = TelField(_("Phone number"), validators=[Optional()])
    questions = TextAreaField(_("Do you have questions for the clinics?"))

    home: str | None = None

    @classmethod
    def of(cls, quote_request: Any) -> Self:
        """A phone number without a country code is one of the home country."""
        form = super().of(quote_request)
        form.home = quote_request.home_country
        return form

    @classmethod
    def answered(cls, quote_request: Any) -> dict[str, Any]:
        """The page's language comes ticked: this is not a consent."""
        answers = queries.answers(quote_request)
        return {
            "name": answers.name,
            "email": answers.email,
            "phone": answers.phone,
            "languages": quote_request.languages or [listings.page_language()],
            "questions": "\n".join(answers.questions),
        }

    def validate_name(self, field: StringField) -> None:
        """A name, without a way to reach its person: every ticked clinic gets it."""
        if contact(field.data or ""):
            raise ValidationError(
                gettext("Leave out phone numbers and addresses: clinics get them when you choose one, and no sooner")
            )

    def validate_phone(self, field: TelField) -> None:
        """A number that could be rung; without one the field may stay empty."""
        if self._phone() is None:
            raise ValidationError(gettext("Enter a phone number with its country code, like +44 20 7946 0958"))

    def validate_questions(self, _field: TextAreaField) -> None:
        """Few and short enough to be answered."""
        asked = self._questions()
        if len(asked) > MOST_QUESTIONS:
            raise ValidationError(gettext("Enter no more than 5 questions, one a line"))
        if any(len(question) > LONGEST_QUESTION for question in asked):
            raise ValidationError(gettext("Each question must be %(n)s characters or fewer", n=LONGEST_QUESTION))
        # The name of a messenger may be asked about; a number or an address in a question reaches every clinic.
        if any(REACHES.search(sentence) for question in asked for sentence in contact(question)):
            raise ValidationError(
                gettext("Take phone numbers and addresses out of your questions: every clinic you tick reads them")
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

    def store(self, quote_request: Any) -> None:
        """Sealed at once."""
        drafts.answer_you(
            quote_request,
            name=self.name.data or "",
            email=self._email(quote_request),
            phone=(self._phone() or "") if self.phone.data else "",
            languages=self.languages.data or [],
            questions=self._questions(),
        )

    def _email(self, _quote_request: Any) -> str:
        return mailable(self.email.data or "")


class SentYouForm(YouForm):
    """The same of a request that is out: its address was confirmed, so it stays."""

    email = None

    def _email(self, quote_request: Any) -> str:
        return queries.answers(quote_request).email
