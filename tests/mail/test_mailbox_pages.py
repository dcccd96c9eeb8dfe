"""The local mailbox as pages, in development only."""

from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask

from tests.reading import Reader


@pytest.fixture
def mailbox(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mailbox with one message."""
    monkeypatch.setitem(app.config, "DATA_DIR", str(tmp_path))
    directory = tmp_path / "mail"
    directory.mkdir()
    message = EmailMessage()
    message["Subject"], message["To"], message["From"] = (
        "Your <link>",
        "ana@patient.example",
        "q@meridian.example",
    )
    message["Date"], message["Message-ID"] = "Sun, 22 Nov 2026 10:00:00 +0000", "<one@127.0.0.1>"
    message.set_content("Open it:\n\nhttp://127.0.0.1:8000/q/abc\n")
    message.add_alternative('<p style="margin:0"><a href="http://127.0.0.1:8000/q/abc">x</a></p>', subtype="html")
    (directory / "1.eml").write_bytes(message.as_bytes())
    return directory


def test_the_mailbox_lists_what_came(client: Reader, mailbox: Path) -> None:
    page = client.get("/dev/mail").page
    assert "Your <link>" in [link.text for link in page.all("a", href="/dev/mail/1")]


def test_an_empty_mailbox_says_so(client: Reader, mailbox: Path) -> None:
    (mailbox / "1.eml").unlink()
    assert "Nothing yet" in client.get("/dev/mail").text


def test_a_message_shows_its_words_and_links(client: Reader, mailbox: Path) -> None:
    answer = client.get("/dev/mail/1")
    assert answer.page.h1 == "Your <link>"
    assert answer.page.all("a", href="http://127.0.0.1:8000/q/abc")
    assert "Open it:" in answer.text


def test_its_html_may_have_style_and_nothing_else(app: Flask, mailbox: Path) -> None:
    with app.test_request_context("/dev/mail/1/html"):
        answer = app.make_response(app.view_functions["dev_mail.as_html"](n=1))
        answer = app.process_response(answer)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert 'style="margin:0"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/dev/mail/2", "/dev/mail/2/html"])
def test_what_did_not_come_is_not_found(client: Reader, mailbox: Path, path: str) -> None:
    assert client.get(path).status_code == 404
