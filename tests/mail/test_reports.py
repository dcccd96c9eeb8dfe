"""Reading what other servers say, and taking nothing from it but an id of ours and a code."""

from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.foundation.database.columns import uuid7
from marketplace.mail import delivery_reports
from marketplace.mail.delivery_reports import Report, code_in, id_in, read
from tests.mail.reporting import bounce, complaint, plain_mail

ID = uuid7()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (bounce(ID), "5.1.1"),
        (bounce(ID, headers_as="text/rfc822-headers"), "5.1.1"),
        (bounce(ID, envelope=str(ID)), "5.1.1"),
        (bounce(ID, status="4.2.2", action="delayed"), "4.2.2"),
        (bounce(ID, status=None), "5.1.1"),
        (bounce(ID, status=None, diagnostic="550 unknown user"), "550"),
        (bounce(ID, status=None, diagnostic="no such user"), "5.0.0"),
        (bounce(ID, status=None, diagnostic="later", action="delayed"), "4.0.0"),
        (bounce(ID).replace(b"\r\n", b"\n"), "5.1.1"),
    ],
    ids=["whole", "headers", "envelope", "delayed", "no-status", "diagnosed", "unnumbered", "later", "bare-lines"],
)
def test_a_delivery_report(raw: bytes, code: str) -> None:
    assert read(raw) == Report(ID, "bounce", code)


@pytest.mark.parametrize("kind", ["abuse", "fraud", "other", "virus"])
def test_a_feedback_report(kind: str) -> None:
    assert read(complaint(ID, kind=kind)) == Report(ID, "complaint")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 100,
        plain_mail(ID),
        bounce(ID, action="delivered", status="2.0.0"),
        bounce(ID, action="relayed", status="2.0.0"),
        complaint(ID, kind="not-spam"),
        bounce(uuid4()),  # not an id as we make them
        bounce(ID) + b"x" * delivery_reports.MAX_BYTES,
    ],
    ids=["empty", "bytes", "mail", "delivered", "relayed", "not-spam", "foreign", "too-long"],
)
def test_what_reports_nothing_of_ours(raw: bytes) -> None:
    assert read(raw) is None


def test_what_the_original_quotes_is_no_report() -> None:
    inner = bounce(ID).decode()
    wrapped = (
        f"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--x--"
    )
    assert read(wrapped.encode()) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("5.1.1", "5.1.1"), ("smtp; 550 5.7.1 no", "5.7.1"), ("10.5.1.1", None), ("x 421 y", "421"), ("1550", None)],
)
def test_codes(text: str, code: str | None) -> None:
    assert code_in(text) == code


def test_permanent_is_what_begins_with_five() -> None:
    assert [Report(ID, "bounce", code).permanent for code in ("5.1.1", "550", "4.2.2", "421", None)] == [
        True,
        True,
        False,
        False,
        False,
    ]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.integers(0, 900), st.integers(0, 60))
def test_a_broken_report_is_no_error(noise: bytes, at: int, cut: int) -> None:
    for whole in (bounce(ID), complaint(ID)):
        found = read(whole[:at] + noise + whole[at + cut :])
        assert found is None or isinstance(found, Report)
        assert found is None or found.code is None or len(found.code) < 12


def test_an_id_is_found_however_it_is_written() -> None:
    assert {id_in(f"<{ID}@x>"), id_in(str(ID).upper()), id_in(f" {ID} ")} == {ID}
    assert id_in("<a@b>") is None
