"""Putting an email into the outbox: rendered and sealed at once, in the transaction that caused it."""

import re
import textwrap
from collections.abc import Mapping
from html import unescape
from typing import Any
from uuid import UUID

from babel import Locale
from flask import current_app
from flask_babel import force_locale
from jinja2 import Template
from markupsafe import Markup

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.security.sealed import new_data_key
from marketplace.mail import jobs, links
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest

_WIDTH = 76
_GAPS = re.compile(r"\n{3,}")


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
    """One email to one recipient, and the job that sends it; both go when the transaction goes.

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
    shared = _context(context, email=email, request=request, link=link)
    email.subject, text, html = _rendered(name, context=shared, locale=locale)
    dies_with_request = audience == "patient" and not outlives_request
    _seal(email, to=to, text=text, html=html, request=request if dies_with_request else None)
    with as_system():
        db.session.add(email)
        db.session.flush()
        jobs.queue_sending(email.id)
    return email


def _seal(email: Email, *, to: str, text: str, html: str, request: QuoteRequest | None) -> None:
    """By the request's key where the mail dies with it, else by one of its own."""
    if request is None:
        email.data_key = new_data_key(owner=email.id)
    box = email.own_box if request is None else request.box
    email.recipient_sealed = box.seal("email.recipient_sealed", to, row=email.id)
    email.text_sealed = box.seal("email.text_sealed", text, row=email.id)
    email.html_sealed = box.seal("email.html_sealed", html, row=email.id)


def _context(
    context: Mapping[str, Any],
    *,
    email: Email,
    request: QuoteRequest | None,
    link: links.Link | None,
) -> dict[str, Any]:
    """What every template may use, besides its own."""
    return {
        "site_name": current_app.config["SITE_NAME"],
        "audience": email.audience,
        "reference": request.ref if request is not None else email.id.hex[-8:].upper(),
        "link": links.shown(link),
        "absolute": links.absolute,
        "unsubscribe": links.unsubscribe(email),
        **context,
    }


def _rendered(name: str, *, context: Mapping[str, Any], locale: str) -> tuple[str, str, str]:
    """Subject, text and HTML in the reader's language."""
    shared = {**context, "lang": locale, "dir": Locale.parse(locale).text_direction}
    # Not render_template: what pages start from (a session, a theme) does not exist where jobs run.
    template = current_app.jinja_env.get_template
    with force_locale(locale):
        subject = " ".join(template(f"emails/{name}/subject.txt").render(shared).split())
        page = template(f"emails/{name}/body.html")
        html = page.render(_in_html(shared), subject=subject)
        text = _tidy(template(f"emails/{name}/body.txt").render(shared, title=_title(page, shared)))
    return subject, text, html


def _in_html(context: Mapping[str, Any]) -> dict[str, Any]:
    """A reference stays on one line, also in a heading."""
    whole = Markup('<span style="white-space:nowrap;">{}</span>').format(context["reference"])
    return {**context, "reference": whole}


def _title(page: Template, context: Mapping[str, Any]) -> str:
    """The heading of the HTML part, for the text part: it is written once."""
    return " ".join(unescape("".join(page.blocks["title"](page.new_context(dict(context))))).split())


def _tidy(text: str) -> str:
    """No line longer than a plain-text reader shows, no gap longer than one empty line."""
    lines = (_wrapped(line.strip()) for line in text.splitlines())
    return _GAPS.sub("\n\n", "\n".join(lines)).strip() + "\n"


def _wrapped(line: str) -> str:
    # Addresses stay whole: a broken one does not open.
    return textwrap.fill(
        line,
        _WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent="  " if line.startswith("- ") else "",
    )
