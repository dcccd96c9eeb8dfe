"""Revoking all consent to the chosen clinic undoes the choice: no mail of that act says that its quote stands."""

import pytest

from marketplace.leads.queries import leads_of
from marketplace.mail.models import Email
from marketplace.quotes import choosing, ending
from tests.factories import Make
from tests.outbox import emails, text_of


@pytest.fixture
def written(make_clinic: Make, make_request: Make, make_quote: Make) -> list[Email]:
    """What is mailed when the consent to a chosen clinic is revoked, beside another clinic with a quote."""
    first, second = leads_of(make_request(make_clinic("Clinic A"), make_clinic("Clinic B")))
    choosing.choose(make_quote(first))
    before = emails()
    assert second.state == "lost"
    ending.revoke_consent(first, "all")
    return [email for email in emails() if email not in before]


def test_no_mail_says_that_the_quote_stands(written: list[Email]) -> None:
    texts = [" ".join(text_of(email).split()) for email in written]
    assert [email.name for email in written].count("clinic_choice_undone") == 2
    assert not any("may still choose it" in text or "as they were before you chose" in text for text in texts)


def test_the_patient_is_led_to_the_request_where_no_quote_is_left(written: list[Email]) -> None:
    (undone,) = [email for email in written if email.name == "choice_undone"]
    assert undone.link_path is None
    assert "has ended with your consent" in " ".join(text_of(undone).split())
