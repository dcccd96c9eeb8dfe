"""How a request stands is said the same on its page and in the email."""

from typing import Any

from marketplace.leads import clocks
from marketplace.leads.actions import answer_question, ask, decline
from marketplace.leads.queries import leads_of
from tests.factories import Make
from tests.outbox import emails, text_of
from tests.web.patient.test_request_pages import opened


def test_page_and_mail_say_the_same(client: Any, make_clinic: Make, make_request: Make, make_quote: Make) -> None:
    request = make_request(*(make_clinic(f"Clinic {name}") for name in "ABC"))
    quoted, asked, declined = leads_of(request)
    make_quote(quoted)
    decline(declined, "no_dates")
    ask(asked, "When was the last time?")
    answer_question(asked, "Last year.")
    for email in emails("clinic_will_not_quote"):
        email.name = "earlier"  # more than a day ago
    clocks.expire_due(asked.due_at)
    (mail,) = emails("clinic_will_not_quote")
    page = client.get(opened(client, request)).page
    for words in ("1 quote to choose from", "1 clinic sent no quote in time", "1 clinic cannot take your request on"):
        assert words in page.text
        assert words in text_of(mail)
    assert "has not answered" not in page.text
