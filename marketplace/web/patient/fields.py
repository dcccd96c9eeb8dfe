"""Choices of the request form: nothing chosen and something unknown get the same, plain error."""

from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import StopValidation


class _Listed:
    """A single value of a list; `message` when there must be one, `unlisted` when it is not one of them."""

    data: Any
    choices: Any

    def __init__(self, label: Any, message: Any = "", *, unlisted: Any = "", **given: Any) -> None:
        super().__init__(label, **given)  # type: ignore[call-arg]
        self.message, self.unlisted = message, unlisted

    def pre_validate(self, _form: object) -> None:
        """An unknown value counts as none."""
        if self.data not in {value for value, _label in self.choices}:
            is_typed = self.data not in (None, "")
            self.data = None
            if is_typed and self.unlisted:
                raise StopValidation(self.unlisted)
        if self.data in (None, "") and self.message:
            raise StopValidation(self.message)


class OneOf(_Listed, RadioField):
    """Radios."""


class OneOfMany(_Listed, SelectField):
    """A select: for lists too long for radios."""


class SomeOf(SelectMultipleField):
    """Checkboxes: at least one, all of them listed, and no more than `most`."""

    def __init__(
        self, label: Any, message: Any = "", *, most: int | None = None, too_many: Any = "", **given: Any
    ) -> None:
        super().__init__(label, **given)
        self.message, self.most, self.too_many = message, most, too_many

    def pre_validate(self, _form: object) -> None:
        """Unknown values are dropped, but they count."""
        sent = list(dict.fromkeys(self.data or ()))
        listed = {choice[0] for choice in self.iter_choices()}
        self.data = [value for value in sent if value in listed]
        if self.most and len(sent) > self.most:
            raise StopValidation(self.too_many)
        if not self.data and self.message:
            raise StopValidation(self.message)
