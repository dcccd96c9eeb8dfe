"""Putting an email into the outbox: rendered and sealed at once, in the transaction that caused it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app

from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security.sealed import new_data_key
from marketplace.mail import email_text, jobs, links
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest


def put(
    name: str,
    *,
    to: str,
    audience: str,
    context: Mapping[str, Any],
    request: QuoteRequest | None = None,
    clinic_id: UUID | None = None,
    account_id: UUID | None = None,
    link: links.Link | None = None,
    locale: str = "en",
    outlives_request: bool = False,
) -> Email:
    """Puts one email to one recipient into the outbox with the job that sends it, both part of the transaction.

    A patient's mail is sealed by the request's key and dies with it, unless it must outlive the request.
    """
    email = Email(
        id=uuid7(),
        name=name,
        audience=audience,
        locale=locale,
        waiting_at=clock.now(),
        request_id=request.id if request is not None else None,
        clinic_id=clinic_id,
        account_id=account_id,
    )
    kept = links.columns(link)
    email.link_purpose, email.link_subject_id, email.link_path = kept.purpose, kept.subject_id, kept.path
    shared = {**_context(email=email, request=request, link=link), "is_last": outlives_request, **context}
    email.subject, text, html = email_text.render(name, context=shared, locale=locale)
    dies_with_request = audience == "patient" and not outlives_request
    _seal(email, to=to, text=text, html=html, request=request if dies_with_request else None)
    with as_system():
        gathering.add(email)
        jobs.queue_first_sending(email)
    return email


def _seal(email: Email, *, to: str, text: str, html: str, request: QuoteRequest | None) -> None:
    """Seals recipient and text, by the request's key where the email dies with it, else by one of its own."""
    if request is None:
        email.data_key = new_data_key(owner=email.id)
    box = email.own_box if request is None else request.box
    email.recipient_sealed = box.seal("email.recipient_sealed", to, row=email.id)
    email.text_sealed = box.seal("email.text_sealed", text, row=email.id)
    email.html_sealed = box.seal("email.html_sealed", html, row=email.id)


def _context(*, email: Email, request: QuoteRequest | None, link: links.Link | None) -> dict[str, Any]:
    """Returns what every template may use, besides its own."""
    return {
        "site_name": current_app.config["SITE_NAME"],
        "audience": email.audience,
        "reference": request.ref if request is not None else email.id.hex[-8:].upper(),
        "link": links.shown(link),
        "opens_request": isinstance(link, links.RequestLink),
        "absolute": links.absolute,
        "unsubscribe": links.unsubscribe(email),
    }
