"""The base classes of all forms: text is cleaned before it is validated, and unsafe characters are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, TypeVar
from uuid import uuid4

from babel.support import NullTranslations
from flask import current_app, g, request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    FileField,
    HiddenField,
    PasswordField,
    StringField,
    TextAreaField,
)
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired, Length, ValidationError

from marketplace.foundation.problems import FieldProblem
from marketplace.foundation.security import challenges
from marketplace.foundation.security.input_safety import has_unsafe_characters, mailable, overrides_direction, trimmed
from marketplace.foundation.values.durations import seconds
from marketplace.leads.messages import MAX_MESSAGE_LENGTH
from marketplace.reviews.doubtful_words import BY_TICK
from marketplace.web.http.limiting import refusal

if TYPE_CHECKING:
    from wtforms.meta import _MultiDictLikeWithGetlist as FormData


F = TypeVar("F", bound=Field)
ExtraValidators = Mapping[str, Sequence[Callable[[BaseForm, Field], None]]]
MAX_LENGTH = 4000
WRONG_ADDRESS = _l("Enter an email address in the correct format, like name@example.com")


V = TypeVar("V")


def clean(value: V) -> V | str:
    """Returns text trimmed of invisible characters, with one kind of line end and composed letters (NFC)."""
    return trimmed(value) if isinstance(value, str) else value


def refuse_unsafe_characters(_form: BaseForm, field: Field) -> None:
    """Checks a field for unsafe characters and for its greatest length. Raises ValidationError."""
    values = [raw for raw in field.raw_data or () if isinstance(raw, str)]
    lines = isinstance(field, TextAreaField)
    if any(has_unsafe_characters(value.strip(), lines=lines) or overrides_direction(value) for value in values):
        field.data = "" if isinstance(field.data, str) else field.data
        field.raw_data = [""]
        raise ValidationError(_("Remove the characters that cannot be shown"))
    if any(len(value) > MAX_LENGTH for value in values):
        raise ValidationError(_("Enter %(n)s characters or fewer", n=MAX_LENGTH))


class Form(FlaskForm):
    """A form of the site; `limit` names the rate limit on sending it, if there is one."""

    limit: ClassVar[str] = ""

    class Meta(FlaskForm.Meta):
        """Cleans each text before it is validated."""

        def wrap_formdata(  # type: ignore[override] # nothing of a form that was not sent
            self, form: BaseForm, formdata: FormData | None
        ) -> FormData | None:
            """Returns the data that was sent, without files in fields that ask for text."""
            given = super().wrap_formdata(form, formdata)
            if not isinstance(given, CombinedMultiDict):
                return given
            names = {name for name, field in form._fields.items() if isinstance(field, FileField)}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in names]
            return CombinedMultiDict[str, Any]((MultiDict(files), request.form))

        def bind_field(self, form: BaseForm, unbound_field: UnboundField[F], options: MutableMapping[str, Any]) -> F:
            """Binds a field with our filters. WTForms calls this for each field; passwords stay as typed."""
            own = unbound_field.kwargs.get("filters", ())
            filters = [*own] if issubclass(unbound_field.field_class, PasswordField) else [*own, clean]
            unbound_field.kwargs["filters"] = [f for i, f in enumerate(filters) if f not in filters[:i]]
            return unbound_field.bind(form=form, **options)

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """Validates the form; unsafe characters are refused before any other rule reads the text."""
        extra = dict(extra_validators or {})
        unsafe_fields = []
        for field in self._fields.values():
            try:
                refuse_unsafe_characters(self, field)
            except ValidationError as error:
                unsafe_fields.append((field, str(error)))
        passed = bool(super().validate(extra_validators=extra))
        for field, message in unsafe_fields:
            field.errors = [message]
        return passed and not unsafe_fields and self._within_limit()

    def counted(self) -> dict[str, str]:
        """Returns whom the rate limit counts besides the client, by the names of the limit's keys."""
        return {}

    def _within_limit(self) -> bool:
        """Returns whether the rate limit allows one more; only a form without other errors is counted."""
        again = refusal(self.limit, **self.counted()) if self.limit else None
        if again:
            self.form_errors.append(again)
        return again is None


def is_mailable(_form: BaseForm, field: Field) -> None:
    """Checks, as a validator, that an email can be sent to the address. Raises ValidationError."""
    try:
        mailable(field.data or "")
    except ValueError as error:
        raise ValidationError(WRONG_ADDRESS) from error


def email_field() -> EmailField:
    """Returns a field for an address that an email can be sent to."""
    rules = [DataRequired(WRONG_ADDRESS), Length(max=254, message=WRONG_ADDRESS), is_mailable]
    return EmailField(_l("Email address"), validators=rules)


class FieldOptions(TypedDict, total=False):
    """The options that our fields hand on to WTForms: settings, and what WTForms binds them with."""

    default: str
    description: str
    filters: Sequence[Callable[[str | None], str | None]]
    id: str
    name: str
    render_kw: dict[str, str | int | bool]
    validators: list[Callable[[BaseForm, Field], None] | Length]
    _form: BaseForm
    _meta: DefaultMeta
    _prefix: str
    _translations: NullTranslations


class IdempotentForm(Form):
    """A form that creates something; its idempotency key (`idem`) makes sure that it does so once."""

    idem = HiddenField(default=lambda: str(uuid4()))


class FlaggedWordsForm(IdempotentForm):
    """A text to a patient. Words that are pointed out can be sent all the same, by ticking a box."""

    tick_asked = False  # the box is shown once there is something to answer
    as_it_is = BooleanField(_l("Send it as it is"))

    def point_out(self, problems: Iterable[FieldProblem]) -> None:
        """Shows each problem beside its field."""
        for problem in problems:
            field = self[problem.field]
            field.errors = [*field.errors, problem.words]
            field.flags.shown_errors = len(field.errors)
            self.tick_asked |= problem.reason == BY_TICK


class DayField(DateField):
    """A day in the form that the browser sends."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads the day. Raises ValueError, with words that show the form of a date, for anything else."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Enter a date, like 2026-09-27")) from error


MIN_AGE, MAX_AGE = timedelta(seconds=3), timedelta(hours=24)


class ChallengedForm(Form):
    """A form that robots are kept from.

    People do not see `website`; `rendered` is the signed time of the page, `proof` the answer to a challenge.
    """

    website = StringField()
    rendered = HiddenField(default=lambda: challenges.signed_timestamp("shown"))
    proof = HiddenField()

    work = ""  # the task, where one more step is asked for

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """Validates the form, and asks for a challenge only where it has no errors."""
        if not super().validate(extra_validators):
            return False
        if not current_app.config["CHALLENGES_ON"] or not self._doubtful() or self._proven():
            return True
        self._ask()
        return False

    def _doubtful(self) -> bool:
        age = challenges.age(self.rendered.data or "", purpose="shown")
        return bool(self.website.data or g.get("limit_is_low") or age is None or not MIN_AGE <= age <= MAX_AGE)

    def _proven(self) -> bool:
        proof = self.proof.data or ""
        return challenges.accept_work(proof) or challenges.accept_wait(proof)

    def _ask(self) -> None:
        self.work = json.dumps(challenges.new_work())
        if not challenges.still_waiting(self.proof.data or ""):
            self.proof.data = challenges.signed_timestamp("wait")
        self.form_errors.append(_("One more step: wait %(time)s, then send again", time=seconds(challenges.WAIT)))


def message_field(label: LazyString) -> TextAreaField:
    """Returns the field of a message between a patient and a clinic, of either side."""
    too_long = _l("Your message must be %(n)s characters or fewer", n=f"{MAX_MESSAGE_LENGTH:,}")
    return TextAreaField(
        label, validators=[DataRequired(_l("Enter a message")), Length(max=MAX_MESSAGE_LENGTH, message=too_long)]
    )
