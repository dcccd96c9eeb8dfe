"""An email's words are written once: one template a mail, from which both parts come."""

import re
from pathlib import Path

import html5lib
import pytest
from flask import Flask
from jinja2 import Environment, nodes

from marketplace.mail import delivery
from marketplace.mail.register import REGISTER
from tests.browser import ROOT
from tests.mail.test_emails import WRITE
from tests.outbox import emails

FOLDER = ROOT / "templates" / "emails"
# What the HTML part alone says, below the button: in the text part the link is there to be read.
ONLY_HTML = "If the button does not work, open this link:"
PARTS_OF_ONE = {"layout", "parts"}


def not_of_one_source(folder: Path) -> list[str]:
    """What is wrong with the folder: a mail without its one template, a template that is more than a list of pieces."""
    files = {path.name for path in folder.iterdir() if not path.name.startswith("_")}
    wrong = [f"{name}: no mail of the register" for name in sorted(files - {f"{name}.html" for name in REGISTER})]
    wrong += [f"{name}: has no template" for name in REGISTER if f"{name}.html" not in files]
    for path in sorted(folder.glob("[!_]*.html")):
        wrong += [f"{path.name}: {why}" for why in _strange(path.read_text())]
    return wrong


def _strange(source: str) -> list[str]:
    """A mail extends the layout of its part, takes its pieces from there, and writes no markup of its own."""
    tree = Environment(extensions=["jinja2.ext.i18n"]).parse(source)
    named = [node.template for node in tree.find_all((nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import))]
    wrong = (
        [] if all(isinstance(name, nodes.Name) and name.name in PARTS_OF_ONE for name in named) else ["names a file"]
    )
    uses = [
        node
        for node in tree.find_all(nodes.Name)
        if node.name in PARTS_OF_ONE and not any(node is name for name in named)
    ]
    markup = [data.data for data in tree.find_all(nodes.TemplateData) if data.data.strip()]
    return wrong + ["asks which part it is"] * bool(uses) + [f"writes {text.strip()!r}" for text in markup]


def words_of_text(text: str) -> list[str]:
    """In their order, without addresses and what only sets lines apart."""
    return re.findall(r"\w+", re.sub(r"https?://\S+|\[\[link]]", " ", text))


def words_of_html(html: str) -> list[str]:
    """What is shown."""
    body = html5lib.parse(html.replace("<br>", " "), namespaceHTMLElements=False).find("body")
    body.remove(body.find("div"))
    return words_of_text("".join(body.itertext()).replace(ONLY_HTML, ""))


def test_each_mail_has_one_template_and_there_is_nothing_else() -> None:
    assert not_of_one_source(FOLDER) == []


def test_a_second_file_and_words_beside_the_pieces_would_be_seen(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.*"):
        (tmp_path / path.name).write_text(path.read_text())
    (tmp_path / "chosen.txt").write_text("A patient chose you")
    (tmp_path / "access_link.html").unlink()
    (tmp_path / "delete_data.html").write_text(
        "{% extends 'emails/_layout.html' %}{% block body %}<p>Now</p>{% endblock %}"
    )
    (tmp_path / "delete_part.html").write_text("{% extends layout %}{% block body %}{{ layout }}{% endblock %}")
    assert not_of_one_source(tmp_path) == [
        "chosen.txt: no mail of the register",
        "access_link: has no template",
        "delete_data.html: names a file",
        "delete_data.html: writes '<p>Now</p>'",
        "delete_part.html: asks which part it is",
    ]


def test_both_sets_of_pieces_and_both_layouts_are_the_same() -> None:
    def shape(name: str) -> dict[str, list[str]]:
        tree = Environment(extensions=["jinja2.ext.i18n"]).parse((FOLDER / name).read_text())
        macros = {node.name: [argument.name for argument in node.args] for node in tree.find_all(nodes.Macro)}
        return macros | {f"block {node.name}": [] for node in tree.find_all(nodes.Block)}

    assert shape("_parts.txt") == shape("_parts.html")
    assert shape("_layout.txt") == shape("_layout.html")


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_both_parts_say_the_same_word_for_word(app: Flask, name: str) -> None:
    WRITE[name]()
    for email in emails(name):
        body = delivery.contents(email)
        assert words_of_text(body.text) == words_of_html(body.html)


def test_another_word_in_one_part_would_be_seen() -> None:
    html = "<body><div>Hidden</div><h1>Your link</h1> <ul><li>It works</li></ul></body>"
    assert words_of_html(html) == words_of_text("Your link\n\n- It works: [[link]]")
    assert words_of_html(html) != words_of_text("Your link\n\n- It worked")
