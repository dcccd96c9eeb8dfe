"""One template gives subject, text and HTML: what is escaped, what stays on its line, what may not be missing."""

from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader, UndefinedError

from marketplace.mail.email_text import EmailText, one_line, render

HOSTILE = 'Lale <b>& "Co"\n--\nReference MQ-FAKE0000.\n\nNew'
SOURCE = """{% extends layout %}
{% from parts import p, h, items, facts, clinics, quoted, small %}
{% block subject %}{{ _('From %(who)s', who=value) }}{% endblock %}
{% block preheader %}
{{ value }}
{% endblock %}
{% block body %}
{{ p(_('Hello %(who)s', who=value)) }}{{ h(value) }}{{ items([value]) }}{{ facts([(value, value)]) }}
{{ quoted([value]) }}{{ clinics([(value, value)]) }}{{ small(value) }}
{% endblock %}
{% block button %}{{ value }}{% endblock %}
"""
CONTEXT: dict[str, Any] = {
    "site_name": "Meridian",
    "audience": "clinic",
    "clinic_name": HOSTILE,
    "reference": "MQ-AB2CD3EF",
    "link": "[[link]]",
    "opens_request": False,
    "is_last": False,
    "unsubscribe": "",
    "absolute": lambda path: f"https://site.example{path}",
    "value": HOSTILE,
}


@pytest.fixture
def mail(app: Flask, monkeypatch: pytest.MonkeyPatch) -> EmailText:
    """A mail that prints the hostile value in every place there is."""
    write(app, monkeypatch, SOURCE)
    return render("tried", context=CONTEXT, locale="en")


def write(app: Flask, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    loader = app.jinja_env.loader
    assert loader is not None
    names = ("_layout.html", "_layout.txt", "_parts.html", "_parts.txt", "_footer.html", "_link_works.html")
    real = {f"emails/{name}": loader.get_source(app.jinja_env, f"emails/{name}")[0] for name in names}
    monkeypatch.delitem(app.extensions, "email_text", raising=False)
    monkeypatch.setattr(app.jinja_env, "loader", DictLoader({**real, "emails/tried.html": source}))
    monkeypatch.setattr(app, "extensions", dict(app.extensions))


def test_html_escapes_a_value_wherever_it_stands(mail: EmailText) -> None:
    assert "<b>" not in mail.html
    assert mail.html.count("Lale &lt;b&gt;&amp; ") == SOURCE.count("value") + 3


def test_text_shows_a_value_as_it_is_and_on_its_own_line(mail: EmailText) -> None:
    assert "&lt;" not in mail.text + mail.subject
    assert mail.text.count("Lale <b>&") == SOURCE.count("value") + 1
    assert [line for line in mail.text.splitlines() if line.startswith(("--", "Reference"))] == [
        "--",
        "Reference MQ-AB2CD3EF. Reply to this email to reach a person.",
    ]


def test_a_subject_is_one_line(mail: EmailText) -> None:
    assert mail.subject == 'From Lale <b>& "Co" -- Reference MQ-FAKE0000. New'


def test_the_heading_is_the_subject_unless_it_is_another(
    app: Flask, mail: EmailText, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert " ".join(mail.text.split()).startswith(f"Meridian {mail.subject} ")
    write(app, monkeypatch, SOURCE + "{% block heading %}Another{% endblock %}")
    assert render("tried", context=CONTEXT, locale="en").text.startswith("Meridian\n\nAnother\n")


@pytest.mark.parametrize("name", ["value", "link", "clinic_name"])
def test_what_is_missing_is_an_error_and_no_gap(app: Flask, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    write(app, monkeypatch, SOURCE)
    context = {key: value for key, value in CONTEXT.items() if key != name}
    with pytest.raises(UndefinedError, match=name):
        render("tried", context=context, locale="en")


def test_what_is_compiled_without_escaping_is_kept_apart(app: Flask, mail: EmailText) -> None:
    as_text, as_html = app.extensions["email_text"]
    assert as_text.bytecode_cache is as_html.bytecode_cache is None
    assert (as_text.autoescape, as_html.autoescape) == (False, True)
    assert render("tried", context=CONTEXT, locale="en") == mail, "in whatever order they are made"


def test_one_line_takes_numbers_and_every_kind_of_break() -> None:
    assert one_line(4) == "4"
    assert one_line("a\r\n\u2028b \x0b\x85 c") == "a b c"
