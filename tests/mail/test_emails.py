"""Every email is held to the same rules, read as it would be sent."""

import re
from collections.abc import Callable
from datetime import timedelta

import html5lib
import pytest
from flask import Flask

from marketplace.aftercare import problems
from marketplace.foundation import clock
from marketplace.leads.messages import CLINIC, post_message
from marketplace.leads.states import LeadState
from marketplace.mail import (
    aftercare_emails,
    change_notifications,
    clinic_emails,
    delivery,
    operator_digest,
    outbox,
    patient_emails,
    quote_notifications,
)
from marketplace.mail.links import SealedLink
from marketplace.mail.models import Email
from marketplace.quote_requests import answer_changes
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.ending import withdraw
from tests.factories import (
    build_account,
    build_clinic,
    build_invitation,
    build_lead,
    build_member,
    build_quote,
    stored_lead,
    stored_quote,
    stored_request,
)
from tests.outbox import emails, event_of

SITE = "http://127.0.0.1:8000"
NOT_IN_SUBJECT = re.compile(
    r"meso|facial|scalp|skin|hair|treat|procedure|inject|health|doctor|medic|pregnan|allerg|photo|consult",
    re.I,
)
NOT_OURS = re.compile(r"\b(please|sorry|oops|valid|invalid|unfortunately)\b|!", re.I)


def unconfirmed() -> object:
    return event_of(stored_request(RequestState.UNCONFIRMED))


def arrived() -> object:
    return event_of(stored_lead())


def several_quotes() -> None:
    request = stored_request()
    for number in (1, 2):
        clinic = build_clinic(f"Clinic <{number}> & Co")
        stored_quote(stored_lead(request, clinic, state=LeadState.QUOTED), number=number)
    quote_notifications.send_or_reschedule(request.id)


def of_two(event_maker: Callable[[object], None]) -> None:
    winner = stored_lead(state=LeadState.WON)
    stored_lead(winner.request, build_clinic("Rival"), state=LeadState.LOST, state_before_loss=LeadState.QUOTED)
    event_maker(event_of(winner))


def listing(**changes: object) -> object:
    statement = "Clinic's licence: the number differs.\nThe address is missing."
    return event_of(build_clinic(decision={"reasons": ["wording"], "statement": statement}, **changes))


def a_reply() -> None:
    lead = stored_lead()
    post_message(lead, author=CLINIC, body="In June")
    change_notifications.clinic_wrote(event_of(lead))


def a_problem() -> None:
    lead = stored_lead(stored_request(RequestState.SETTLED), state=LeadState.WON)
    problems.tell(lead, "It hurts")


def answers_changed() -> None:
    request = build_lead().request
    before = answer_changes.begin(request)
    request.trips = "1"
    answer_changes.done(request, before)
    change_notifications.send_job(request_id=str(request.id))


def account(name: str, link: bool) -> None:
    context = {"within": "1 hour"}
    made_elsewhere = SealedLink(f"{SITE}/account/reset/token-of-it") if link else None
    outbox.put(name, to="someone@clinic.example", audience="account", context=context, link=made_elsewhere)


def invitations() -> None:
    """To who is new, who has an account, who works elsewhere, and our own staff."""
    clinic = build_clinic("Clinic <1> & Co")
    owner = build_member(clinic)
    build_account("known@clinic.example")
    build_member(build_clinic("Rival"), email="elsewhere@clinic.example")
    build_account("staff@clinic.example", operator=True)
    for name in ("new", "known", "elsewhere", "staff"):
        build_invitation(clinic, email=f"{name}@clinic.example", by=owner)


def a_digest() -> None:
    waits = clock.now() - timedelta(hours=6)
    operator = build_account("op@meridian.example", operator=True)
    operator_digest.operator_digest(
        operator, waiting=operator_digest.Waiting([waits] * 4, [waits] * 6, [waits]), at=clock.now()
    )


WRITE: dict[str, Callable[[], object]] = {
    "confirm_request": lambda: patient_emails.confirm_request(unconfirmed()),
    "confirm_again": lambda: patient_emails.confirm_again(unconfirmed()),
    "request_sent": lambda: patient_emails.request_sent(arrived()),
    "request_waiting": lambda: patient_emails.request_sent(event_of(stored_request())),
    "quotes_arrived": several_quotes,
    "clinic_asked": lambda: patient_emails.clinic_asked(arrived()),
    "clinic_will_not_quote": lambda: patient_emails.clinic_will_not_quote(
        event_of(stored_lead(state=LeadState.EXPIRED))
    ),
    "quote_ends": lambda: quote_notifications.quote_ends(stored_quote()),
    "choice_made": lambda: patient_emails.choice_made(arrived()),
    "choice_undone": lambda: patient_emails.choice_undone(arrived()),
    "clinic_changed": lambda: change_notifications.clinic_stopped(event_of(stored_lead(), reason="suspended")),
    "clinic_returned": lambda: change_notifications.clinic_returned(event_of(stored_lead())),
    "clinics_available": lambda: patient_emails.clinics_available(event_of(stored_request())),
    "access_link": lambda: patient_emails.access_link(event_of(stored_request())),
    "request_open_already": lambda: patient_emails.request_open_already(event_of(stored_request())),
    "deletion_announced": lambda: patient_emails.deletion_announced(event_of(stored_request(RequestState.CLOSED))),
    "request_deleted": lambda: patient_emails.request_deleted(event_of(stored_request())),
    "new_request": lambda: clinic_emails.new_request(arrived()),
    "leads_waiting": lambda: clinic_emails.leads_waiting(arrived()),
    "chosen": lambda: clinic_emails.chosen(arrived()),
    "not_chosen": lambda: of_two(clinic_emails.not_chosen),
    "quote_declined": lambda: clinic_emails.quote_declined(arrived()),
    "decline_undone": lambda: clinic_emails.decline_undone(event_of(stored_lead(state=LeadState.QUOTED))),
    "clinic_choice_undone": lambda: of_two(clinic_emails.clinic_choice_undone),
    "clinic_wrote": a_reply,
    "quote_withdrawn": lambda: withdraw(build_quote(), reason="no_dates"),
    "answers_changed": answers_changed,
    "question_answered": lambda: clinic_emails.question_answered(arrived()),
    "first_session": lambda: aftercare_emails.first_session(event_of(stored_lead(state=LeadState.WON))),
    "price_kept": lambda: aftercare_emails.price_kept(event_of(stored_lead(state=LeadState.WON))),
    "check_in": lambda: aftercare_emails.check_in(event_of(stored_request(RequestState.SETTLED), reason="2")),
    "problem_unanswered": lambda: aftercare_emails.problem_unanswered(event_of(stored_lead(state=LeadState.WON))),
    "patient_waits": a_problem,
    "request_closed": lambda: clinic_emails.request_closed(event_of(stored_lead(state=LeadState.LOST))),
    "delete_data": lambda: clinic_emails.delete_data(event_of(stored_lead(state=LeadState.REVOKED))),
    "delete_part": lambda: clinic_emails.delete_part(arrived()),
    "delete_reminder": lambda: clinic_emails.delete_reminder(arrived()),
    "listing_result": lambda: clinic_emails.listing_sent_back(listing()),
    "operator_digest": a_digest,
    "team_invitation": invitations,
    "account_confirm": lambda: account("account_confirm", True),
    "account_reset": lambda: account("account_reset", True),
    "account_password_changed": lambda: account("account_password_changed", False),
    "account_new_address": lambda: account("account_new_address", True),
    "account_address_changed": lambda: account("account_address_changed", False),
}


@pytest.fixture(params=sorted(WRITE))
def written(request: pytest.FixtureRequest, app: Flask) -> list[Email]:
    """The emails of that name, one at least."""
    WRITE[request.param]()
    found = emails(request.param)
    assert found
    return found


def test_subject_and_first_words_say_nothing_of_health(written: list[Email]) -> None:
    for email in written:
        preheader = html5lib.parse(delivery.contents(email).html, namespaceHTMLElements=False).find("body/div")
        hidden = "".join(preheader.itertext()).strip("\u034f\u200c\u00a0\u2007 ")
        assert 3 < len(email.subject) <= 78
        assert 10 < len(hidden) <= 110
        assert not NOT_IN_SUBJECT.search(email.subject + hidden)
        assert hidden in " ".join(delivery.contents(email).text.split()), "the preheader is real text"


def test_the_words_are_ours(written: list[Email]) -> None:
    for email in written:
        assert not NOT_OURS.search(email.subject + delivery.contents(email).text)


def leads_to_a_page(app: Flask, link: str) -> bool:
    """Raises NotFound where the site has no such page."""
    path = link.removeprefix(SITE).partition("?")[0]
    return link.startswith(SITE) and bool(app.url_map.bind("localhost").match(path))


def test_text_and_html_have_the_same_links_all_of_them_ours(app: Flask, written: list[Email]) -> None:
    for email in written:
        body = delivery.contents(email)
        in_text = set(re.findall(r"https?://\S+|\[\[link]]", body.text))
        in_html = set(re.findall(r'href="([^"]*)"', body.html))
        assert in_text == in_html
        assert all(link == "[[link]]" or leads_to_a_page(app, link) for link in in_html)


def test_nothing_remote_and_nothing_large(written: list[Email]) -> None:
    for email in written:
        html = delivery.contents(email).html
        assert len(html.encode()) <= 15 * 1024
        assert not re.search(r"<(img|link|script|iframe|object|video|form|input)\b|url\(|@import|\ssrc=", html)


def test_html_is_sound_and_readable_by_everyone(written: list[Email]) -> None:
    for email in written:
        html = delivery.contents(email).html
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        root = parser.parse(html)
        assert not parser.errors
        tables = list(root.iter("table"))
        assert all(table.get("role") == "presentation" for table in tables)
        assert (root.get("lang"), root.get("dir")) == ("en", "ltr") == (tables[0].get("lang"), tables[0].get("dir"))
        assert len(list(root.iter("h1"))) == 1
        assert [meta.get("content") for meta in root.iter("meta") if meta.get("name") == "color-scheme"] == [
            "light dark"
        ]


DARK = re.compile(r"@media \(prefers-color-scheme: dark\) \{(.*?)\n\}", re.S)


def test_every_colour_has_its_dark_one(written: list[Email]) -> None:
    for email in written:
        html = delivery.contents(email).html
        (dark,) = DARK.findall(html)
        used = set(re.findall(r"#[0-9A-F]{6}", " ".join(re.findall(r'style="([^"]*)"', html))))
        assert used <= set(re.findall(r'"[^"]*(#[0-9A-F]{6})"', dark))


def test_the_text_part_begins_with_the_heading(written: list[Email]) -> None:
    for email in written:
        body = delivery.contents(email)
        heading = html5lib.parse(body.html, namespaceHTMLElements=False).find(".//h1")
        words = " ".join("".join(heading.itertext()).split())
        assert " ".join(body.text.split()).startswith(f"Meridian {words}")


def test_a_reference_is_never_broken(written: list[Email]) -> None:
    for email in written:
        html = delivery.contents(email).html
        shown = re.sub(r"<title>.*</title>|href=\"[^\"]*\"", "", html)
        assert shown.count("MQ-") == shown.count('<span style="white-space:nowrap;">MQ-')


def test_the_button_is_a_link_twice_and_only_where_there_is_one(written: list[Email]) -> None:
    for email in written:
        html, text = delivery.contents(email).html, delivery.contents(email).text
        made_elsewhere = f"{SITE}/account/reset/token-of-it"
        buttons = html.count('href="[[link]]"') + html.count(f'href="{made_elsewhere}"')
        assert buttons in {0, 2}
        assert text.count("[[link]]") + text.count(made_elsewhere) == buttons // 2


def test_each_has_a_reference_and_fits_a_narrow_reader(written: list[Email]) -> None:
    for email in written:
        text = delivery.contents(email).text
        assert re.search(r"^Reference (MQ-\w{8}|[0-9A-F]{8})\.", text, re.M)
        assert all(len(line) <= 78 for line in text.splitlines() if "http" not in line)
        assert "\n\n\n" not in text


def test_a_clinic_reads_no_name_and_no_address(app: Flask) -> None:
    lead = stored_lead()
    for write in (
        clinic_emails.new_request,
        clinic_emails.chosen,
        clinic_emails.delete_data,
        clinic_emails.delete_part,
        clinic_emails.question_answered,
    ):
        write(event_of(lead))
    for email in emails():
        everything = email.subject + str(delivery.contents(email))
        assert "Ana" not in everything
        assert "patient.example" not in everything
        assert email.audience == "clinic"
        assert delivery.contents(email).to == lead.clinic.email


@pytest.mark.parametrize(
    ("write", "subject"),
    [
        (clinic_emails.listing_published, "Your listing is live"),
        (clinic_emails.listing_sent_back, "Your listing needs fixes"),
        (clinic_emails.listing_suspended, "Your listing is suspended"),
        (clinic_emails.listing_reinstated, "Your listing is live again"),
    ],
)
def test_a_listing_result_says_which(app: Flask, write: Callable[[object], None], subject: str) -> None:
    write(listing())
    (email,) = emails("listing_result")
    assert email.subject == subject
    told = "the number differs" in delivery.contents(email).text
    assert told == (write in (clinic_emails.listing_sent_back, clinic_emails.listing_suspended))


def test_right_to_left_languages_turn_the_page(app: Flask) -> None:
    patient_emails.access_link(event_of(stored_request(locale="ar")))
    (email,) = emails("access_link")
    assert '<html lang="ar" dir="rtl">' in delivery.contents(email).html
    assert email.created_at <= clock.now()
