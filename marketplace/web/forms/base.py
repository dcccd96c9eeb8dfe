"""What every form starts from: text is cleaned before a rule reads it, and unsafe characters are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, TypeVar
from uuid import uuid4

from babel.support import NullTranslations
from flask import current_app, g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import BooleanField, EmailField, Field, FileField, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import DataRequired, Length, ValidationError

from marketplace.foundation.problems import FieldProblem
from marketplace.foundation.security import challenges
from marketplace.foundation.security.input_safety import has_unsafe_characters, mailable, overrides_direction, trimmed
from marketplace.foundation.values.durations import seconds
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
    """Text as people see it: nothing invisible at its ends, line ends as one character, composed letters (NFC)."""
    return trimmed(value) if isinstance(value, str) else value


def refuse_unsafe_characters(_form: BaseForm, field: Field) -> None:
    """Every text field is held to this."""
    values = [raw for raw in field.raw_data or () if isinstance(raw, str)]
    lines = isinstance(field, TextAreaField)
    if any(has_unsafe_characters(value.strip(), lines=lines) or overrides_direction(value) for value in values):
        field.data = "" if isinstance(field.data, str) else field.data
        field.raw_data = [""]
        raise ValidationError(_("Remove the characters that cannot be shown"))
    if any(len(value) > MAX_LENGTH for value in values):
        raise ValidationError(_("Enter %(n)s characters or fewer", n=MAX_LENGTH))


class Form(FlaskForm):
    """A form of the site; one with a limit is accepted so often."""

    limit: ClassVar[str] = ""

    class Meta(FlaskForm.Meta):
        """Cleans each text before a rule reads it."""

        def wrap_formdata(  # type: ignore[override] # nothing of a form that was not sent
            self, form: BaseForm, formdata: FormData | None
        ) -> FormData | None:
            """A file sent where text is asked for is not looked at."""
            given = super().wrap_formdata(form, formdata)
            if not isinstance(given, CombinedMultiDict):
                return given
            names = {name for name, field in form._fields.items() if isinstance(field, FileField)}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in names]
            return CombinedMultiDict[str, Any]((MultiDict(files), request.form))

        def bind_field(self, form: BaseForm, unbound_field: UnboundField[F], options: MutableMapping[str, Any]) -> F:
            """WTForms asks here for each field. A password is taken as it was typed, as when signing in."""
            own = unbound_field.kwargs.get("filters", ())
            filters = [*own] if issubclass(unbound_field.field_class, PasswordField) else [*own, clean]
            unbound_field.kwargs["filters"] = [f for i, f in enumerate(filters) if f not in filters[:i]]
            return unbound_field.bind(form=form, **options)

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """All rules; unsafe characters are refused before any other rule reads the text."""
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
        """Whom its limit counts, besides the client."""
        return {}

    def _within_limit(self) -> bool:
        """Only what would be accepted is counted; a refusal stands beside what was typed."""
        again = refusal(self.limit, **self.counted()) if self.limit else None
        if again:
            self.form_errors.append(again)
        return again is None


def is_mailable(_form: BaseForm, field: Field) -> None:
    """The rule of every address, as a validator."""
    try:
        mailable(field.data or "")
    except ValueError as error:
        raise ValidationError(WRONG_ADDRESS) from error


def email_field() -> EmailField:
    """An address that a mail can be sent to."""
    rules = [DataRequired(WRONG_ADDRESS), Length(max=254, message=WRONG_ADDRESS), is_mailable]
    return EmailField(_l("Email address"), validators=rules)


class FieldOptions(TypedDict, total=False):
    """What a field of ours hands on to WTForms': its own settings, and what it is bound with."""

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
    """A form that creates something: it carries an idempotency key (`idem`), so that it is answered once."""

    idem = HiddenField(default=lambda: str(uuid4()))


class FlaggedWordsForm(IdempotentForm):
    """A text to a patient: words that are pointed out may be sent as they are."""

    tick_asked = False  # the box is shown once there is something to answer
    as_it_is = BooleanField(_l("Send it as it is"))

    def point_out(self, problems: Iterable[FieldProblem]) -> None:
        """Everything that was found, beside its field."""
        for problem in problems:
            field = self[problem.field]
            field.errors = [*field.errors, problem.words]
            field.flags.shown_errors = len(field.errors)
            self.tick_asked |= problem.reason == BY_TICK


MIN_AGE, MAX_AGE = timedelta(seconds=3), timedelta(hours=24)


class ChallengedForm(Form):
    """`website` is hidden from people; `rendered` says when the page was made, `proof` is the answer to a challenge."""

    website = StringField()
    rendered = HiddenField(default=lambda: challenges.signed_timestamp("shown"))
    proof = HiddenField()

    work = ""  # the task, where one more step is asked for

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """Last of all, so that only what would be accepted is challenged."""
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
