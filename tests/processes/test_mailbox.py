"""The local mailbox over real SMTP."""

import smtplib
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from marketplace.processes.mailbox import LocalMailbox, free_port
from marketplace.processes.mailbox_reader import message, messages

HTML = '<p><a href="https://site.example/q/abc?x=1&amp;y=2">Open</a></p>'


def letter(subject: str, *, html: str = "") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Meridian <quotes@site.example>"
    mail["To"] = "İpek <ipek@example.org>"
    mail["Subject"] = subject
    mail["Date"] = "Thu, 12 Feb 2026 09:00:00 +0000"
    mail["Message-ID"] = "<1@site.example>"
    mail.set_content("Your quote: https://site.example/q/abc.\n")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def send(port: int, *subjects: str, html: str = "") -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        for subject in subjects:
            client.send_message(letter(subject, html=html))


def test_each_message_is_a_numbered_file(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path) as box:
        send(box.port, "One", "Two")
    assert sorted(path.name for path in tmp_path.glob("*.eml")) == ["1.eml", "2.eml"]
    assert (tmp_path / "1.eml").stat().st_mode & 0o777 == 0o600


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    for subject in ("One", "Two", "Three"):
        with LocalMailbox(tmp_path) as box:
            send(box.port, subject)
    assert [found.subject for found in messages(tmp_path)] == ["Three", "Two", "One"]
    assert [found.n for found in messages(tmp_path, limit=2)] == [3, 2]


def test_message_is_read_back(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path) as box:
        send(box.port, "Fiyat teklifi: İstanbul", html=HTML)
    found = message(tmp_path, 1)
    assert found is not None
    assert found.subject == "Fiyat teklifi: İstanbul"
    assert "İpek" in found.to
    assert found.sender.endswith("<quotes@site.example>")
    assert found.date is not None
    assert found.date.year == 2026
    assert found.message_id == "<1@site.example>"
    assert found.text.startswith("Your quote")
    assert "<a href" in found.html


def test_links_are_found_once_each(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path) as box:
        send(box.port, "Links", html=HTML)
    found = message(tmp_path, 1)
    assert found is not None
    assert found.links == ("https://site.example/q/abc", "https://site.example/q/abc?x=1&y=2")


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    assert message(tmp_path, 1) is None
    assert messages(tmp_path / "nowhere") == []


def test_broken_message_is_shown_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "1.eml").write_bytes(b"Date: never\nContent-Type: text/plain; charset=no-such\n\nstill \xff here\n")
    found = message(tmp_path, 1)
    assert found is not None
    assert found.date is None
    assert "still" in found.text


def test_folder_that_cannot_be_written_refuses_for_now(tmp_path: Path) -> None:
    with LocalMailbox(tmp_path / "mail") as box:
        (tmp_path / "mail").rename(tmp_path / "elsewhere")
        with pytest.raises(smtplib.SMTPDataError) as refused:
            send(box.port, "Lost")
    assert refused.value.smtp_code == 452


def started(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """The mailbox as a process of its own, once it answers."""
    command = [sys.executable, "-m", "marketplace.processes.mailbox", "--port", str(port), "--dir", str(folder)]
    box = subprocess.Popen(command)
    deadline = time.monotonic() + 4
    while True:
        try:
            smtplib.SMTP("127.0.0.1", port, timeout=2).close()
            return box
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_answered_message_survives_a_kill(tmp_path: Path) -> None:
    port = free_port()
    box = started(tmp_path, port)
    send(port, "Kept")
    box.kill()
    box.wait()
    assert [found.subject for found in messages(tmp_path)] == ["Kept"]


def test_mailbox_process_stops_when_asked(tmp_path: Path) -> None:
    box = started(tmp_path, free_port())
    box.terminate()
    assert box.wait(4) == 0
