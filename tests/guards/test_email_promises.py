"""What an email says is to be found on a page is there, and can be done there."""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from marketplace.extensions import db
from marketplace.leads.actions import ask, decline
from marketplace.mail import aftercare_emails, delivery, links, patient_emails
from marketplace.mail.models import Email
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quotes.choosing import choose
from tests.factories import build_lead, build_quote
from tests.mail.test_emails import WRITE
from tests.outbox import emails, event_of


class Promise(NamedTuple):
    """Words of an email, and what is on the page its link opens, or a page that one leads to."""

    name: str
    words: str
    then: str  # the end of a link or of a form's address there, or text
    make: Callable[[], Any] | None = None  # what leads to the email; else as in every test of it


def chosen() -> None:
    choose(build_quote())


def chosen_and_asked() -> None:
    quote = build_quote()
    choose(quote)
    aftercare_emails.price_kept(event_of(quote.lead))


def link_of_quoted() -> None:
    patient_emails.access_link(event_of(build_quote().lead.request))


PROMISES = (
    Promise("confirm_request", "look through your answers", "Your answers"),
    Promise("confirm_request", "press the button there", "/confirm"),
    Promise("confirm_again", "Confirm and send", "/confirm"),
    Promise("request_waiting", "you can change what you asked for", "/answers/"),
    Promise("request_waiting", "look for clinics again", "/clinics"),
    Promise("request_waiting", "delete the request", "/delete"),
    Promise("access_link", "the quotes you have", "/quotes/1", link_of_quoted),
    Promise("quote_ends", "See quote", "Quote 1 from"),
    Promise("quotes_arrived", "Compare quotes", "Compare your 2 quotes"),
    Promise("clinic_will_not_quote", "close your request", "/close"),
    Promise("clinic_will_not_quote", "ask other clinics", "/clinics"),
    Promise(
        "clinic_will_not_quote",
        "Its reason is on your page",
        "language",
        lambda: decline(build_lead(), reason="language"),
    ),
    Promise("clinic_asked", "The question is on your page", "Which area?", lambda: ask(build_lead(), "Which area?")),
    Promise("clinic_asked", "Answer", "Send", lambda: ask(build_lead(), "Which area?")),
    Promise("price_kept", "Answer with one tap", "Was the price kept", chosen_and_asked),
    Promise("choice_made", "See checklist", "Confirm in writing before you pay", chosen),
    Promise("choice_made", "you can undo the choice on your page", "/undo", chosen),
    Promise("deletion_announced", "keep the request for another 180 days", "Keep it for 180 days"),
    Promise("deletion_announced", "download everything", "/export"),
    Promise("deletion_announced", "Keep or delete now", "/delete"),
)


def opened(client: Any, email: Email) -> Any:
    """The page behind its link."""
    links.make_ready(email)
    db.session.commit()
    answer = client.get(urlsplit(links.address(email))._replace(scheme="", netloc="").geturl())
    while answer.status_code == 303:
        answer = client.get(answer.headers["Location"])
    assert answer.status_code == 200
    return answer.page


def is_there(page: Any, then: str) -> bool:
    addresses = [*(link.get("href") for link in page.all("a")), *(form.get("action") for form in page.all("form"))]
    leads_there = any(address and then in address for address in addresses)
    return leads_there if then.startswith("/") else then in page.text


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: f"{promise.name}: {promise.words}")
def test_what_an_email_promises_is_there(client: Any, promise: Promise) -> None:
    (promise.make or WRITE[promise.name])()
    email = emails(promise.name)[-1]
    assert promise.words in " ".join(delivery.contents(email).text.split())
    pages = [opened(client, email)]
    if email.link_path:
        request = db.session.get_one(QuoteRequest, email.request_id)
        pages.append(client.get(f"/my/requests/{request.ref}").page)
    assert any(is_there(page, promise.then) for page in pages)
