"""What the site uses of Flask-WTF, which hands out no types of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup
from wtforms import Form
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta, _MultiDictLikeWithGetlist

from .csrf import CSRFProtect as CSRFProtect

class FlaskForm(Form):
    class Meta(DefaultMeta):
        def wrap_formdata(  # type: ignore[override] # Flask-WTF returns nothing for a form that was not sent
            self, form: BaseForm, formdata: _MultiDictLikeWithGetlist | None
        ) -> _MultiDictLikeWithGetlist | None: ...

    def is_submitted(self) -> bool: ...
    def validate_on_submit(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool: ...
    def hidden_tag(self, *fields: str) -> Markup: ...
