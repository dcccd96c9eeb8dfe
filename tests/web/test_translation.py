"""Words of templates: a text is a format string, what is put into it is escaped, its language is the reader's."""

import pytest
from babel.support import NullTranslations
from flask import Flask, render_template_string
from flask_babel import force_locale, get_locale, gettext

from marketplace.web.translation import DOMAIN


class German(NullTranslations):
    """A catalogue with one text."""

    def ugettext(self, message: str) -> str:
        return {"Clinics": "Kliniken"}.get(message, message)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("{{ _('100%%') }}", "100%"),
        ("{{ _('Speaks %(what)s', what=value) }}", "Speaks &lt;b&gt;"),
        ("{{ _('<b>Free</b>') }}", "<b>Free</b>"),
        ("{{ ngettext('%(num)s clinic', '%(num)s clinics', 1) }}", "1 clinic"),
        ("{{ ngettext('%(num)s in %(where)s', '%(num)s all in %(where)s', 2, where=value) }}", "2 all in &lt;b&gt;"),
    ],
)
def test_texts_are_formatted_and_values_escaped(app: Flask, source: str, shown: str) -> None:
    with app.test_request_context():
        assert render_template_string(source, value="<b>") == shown


def test_each_language_has_its_own_words(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = DOMAIN.found

    def shown() -> tuple[str, str]:
        return render_template_string("{{ _('Clinics') }}"), gettext("Clinics")

    with app.test_request_context():
        assert shown() == ("Clinics", "Clinics")
        with force_locale("de"):
            monkeypatch.setitem(kept, get_locale(), German())
            assert shown() == ("Kliniken", "Kliniken")
        assert shown() == ("Clinics", "Clinics")
