"""A text that must be given must have something to see: what arrived is not what counts, but what is left of it."""

from wtforms import EmailField, StringField, TextAreaField
from wtforms.validators import InputRequired

from marketplace.web.forms.base import Form

TEXTS = (StringField, TextAreaField, EmailField)


def _forms(base: type[Form]) -> list[type[Form]]:
    return [each for sub in base.__subclasses__() for each in (sub, *_forms(sub))]


def test_no_text_field_counts_the_invisible_as_given(app: object) -> None:
    unbound = [(form, name, field) for form in _forms(Form) for name, field in vars(form).items()]
    texts = [each for each in unbound if getattr(each[2], "field_class", None) in TEXTS]
    assert len(texts) > 8
    found = [(form.__name__, name) for form, name, field in texts if _arrival_is_enough(field.kwargs.get("validators"))]
    assert found == []


def _arrival_is_enough(validators: object) -> bool:
    return isinstance(validators, list) and any(isinstance(validator, InputRequired) for validator in validators)
