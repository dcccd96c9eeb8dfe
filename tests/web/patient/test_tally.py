"""How a request stands is said the same on its page and in the email."""

from datetime import timedelta
from typing import Any

from marketplace.foundation import clock
from marketplace.leads import clocks, request_actions
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


def test_in_a_pause_no_clinic_has_until_a_day(client: Any, make_clinic: Make, make_request: Make) -> None:
    request = make_request(make_clinic())
    (lead,) = leads_of(request)
    request_actions.pause(request)
    base = opened(client, request)
    with clock.set_to(lead.due_at + timedelta(hours=1)):
        for path in (base, f"{base}/messages/{lead.clinic.slug}"):
            text = client.get(path).page.text
            assert "Its time to answer stands still while your request is paused." in text
            assert "It has until" not in text
            assert "still has time to answer" not in text


def test_what_the_line_on_top_says_is_not_counted_again(
    client: Any, make_clinic: Make, make_request: Make, make_quote: Make
) -> None:
    request = make_request(*(make_clinic(f"Clinic {name}") for name in "ABC"))
    first, second, _third = leads_of(request)
    make_quote(first)
    make_quote(second)
    text = client.get(opened(client, request)).page.text
    assert "You can choose from 2 quotes" in text
    assert "to choose from" not in text
    assert "still has time to answer" not in text
