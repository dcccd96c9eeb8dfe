"""The outbox belongs to the transaction that fills it, and nobody who reads its rows can use them."""

import pytest
from flask import Flask
from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation.problems import LinkGone
from marketplace.foundation.security import signed_links
from marketplace.foundation.security.sealed import CannotOpen
from marketplace.mail import delivery, outbox, patient_emails
from marketplace.mail.links import PageLink, RequestLink
from marketplace.quote_requests.states import RequestState
from tests.factories import ADDRESS, stored_request
from tests.outbox import emails, erase, event_of, jobs_of, only


def test_row_and_job_come_together(app: Flask) -> None:
    patient_emails.access_link(event_of(stored_request()))
    email = only("access_link")
    assert email.state == "waiting"
    assert len(jobs_of("mail.send", email_id=email.id)) == 1


def test_row_and_job_go_with_the_transaction(app: Flask) -> None:
    request = stored_request()
    undone = db.session.begin_nested()
    patient_emails.access_link(event_of(request))
    email_id = only("access_link").id
    undone.rollback()
    assert emails() == []
    assert jobs_of("mail.send", email_id=email_id) == []


def test_neither_address_nor_words_nor_token_can_be_read_in_the_row(app: Flask) -> None:
    request = stored_request(RequestState.UNCONFIRMED)
    patient_emails.confirm_request(event_of(request))
    email = only("confirm_request")
    assert delivery.prepare(email.id)
    link = db.session.get_one(signed_links.SignedLink, email.id)
    row = db.session.execute(text("SELECT email.*, encode(text_sealed, 'escape') AS body FROM email")).one()
    stored = "|".join(
        value.decode("latin-1") if isinstance(value, bytes | memoryview) else str(value) for value in map(_plain, row)
    )
    for secret in (ADDRESS, "Ana", "Confirm and send", signed_links.token_of(link)):
        assert secret not in stored


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_the_stored_text_holds_a_place_and_no_link(app: Flask) -> None:
    patient_emails.access_link(event_of(stored_request()))
    body = delivery.contents(only("access_link"))
    assert "/q/" not in body.text + body.html
    assert "[[link]]" in body.text


def test_a_patients_mail_dies_with_the_request(app: Flask) -> None:
    request = stored_request()
    patient_emails.access_link(event_of(request))
    erase(request)
    with pytest.raises(CannotOpen):
        delivery.contents(only("access_link"))


def test_sealed_values_cannot_be_moved_to_another_email(app: Flask) -> None:
    request = stored_request()
    for _ in range(2):
        patient_emails.access_link(event_of(request))
    one, other = emails("access_link")
    one.recipient_sealed = other.recipient_sealed
    with pytest.raises(CannotOpen):
        delivery.contents(one)


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "javascript:alert(1)", ""])
def test_only_our_own_pages_can_be_linked(app: Flask, path: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        outbox.put("access_link", to=ADDRESS, audience="account", context={}, link=PageLink(path))


@pytest.mark.parametrize("path", ["/compare", "compare?x=1", "quotes/0", "../operator", "messages/A"])
def test_only_known_pages_below_a_request_can_be_linked(app: Flask, path: str) -> None:
    request = stored_request()
    link = RequestLink(request, path)
    with pytest.raises(ValueError, match="no page"):
        outbox.put("access_link", to=ADDRESS, audience="patient", context={}, request=request, link=link)


def test_what_a_clinic_calls_itself_is_escaped(app: Flask) -> None:
    context = {"clinic_name": "<b>Bold</b> & Co", "result": "live", "reasons": [], "statement": []}
    email = outbox.put("listing_result", to=ADDRESS, audience="clinic", context=context, link=PageLink("/dashboard"))
    body = delivery.contents(email)
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in body.html
    assert "<b>Bold</b> & Co" in body.text


def test_of_two_confirmations_that_wait_only_the_later_goes(app: Flask) -> None:
    request = stored_request(RequestState.UNCONFIRMED)
    for _ in range(2):
        patient_emails.confirm_request(event_of(request))
    assert [bool(delivery.prepare(email.id)) for email in emails("confirm_request")] == [False, True]


def test_a_replaced_confirmation_ends_the_one_before(app: Flask) -> None:
    request = stored_request(RequestState.UNCONFIRMED)
    links = []
    for _ in range(2):
        patient_emails.confirm_request(event_of(request))
        email = emails("confirm_request")[-1]
        assert delivery.prepare(email.id)
        links.append(db.session.get_one(signed_links.SignedLink, email.id))
    with pytest.raises(LinkGone):
        signed_links.redeem(signed_links.token_of(links[0]), purpose="confirm")
    assert signed_links.redeem(signed_links.token_of(links[1]), purpose="confirm").subject_id == request.id
