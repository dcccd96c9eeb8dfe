"""Each promise about time, a moment before and a moment after."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from flask import Flask
from sqlalchemy import text

from marketplace.catalogue import own_prices
from marketplace.clinics.invitation_actions import cancel_invitation
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.security import idempotency, signed_links
from marketplace.foundation.security.idempotency import Submission
from marketplace.leads.deletion_duties import confirm_deletion
from marketplace.leads.request_actions import close, delete_request
from marketplace.leads.revoking import revoke
from marketplace.leads.submission import submit
from marketplace.mail import delivery, outbox, patient_emails
from marketplace.mail.models import Email, EmailState
from marketplace.mail.suppression import ALL, OPTIONAL, Reason, lift, suppress, suppression_reason
from marketplace.quote_requests import request_links
from marketplace.quote_requests.photos import photos_of
from marketplace.retention import erasure
from marketplace.retention.rules import RULES, Rule
from marketplace.reviews.actions import decide
from marketplace.reviews.models import Outcome
from tests.factories import (
    build_account,
    build_clinic,
    build_draft,
    build_invitation,
    build_lead,
    build_member,
    build_request,
    build_review_item,
    stored_request,
)
from tests.outbox import emails, event_of

DOCS = Path(__file__).parents[2] / "docs" / "running.md"
ROWS = re.compile(r"^\| ([^|]+) \| (\d+ \w+|at once) \| (.+) \|$", re.MULTILINE)


def unconfirmed() -> None:
    submit(build_draft(), share_health=True, aftercare=False)


def ended() -> None:
    close(build_request())


def a_link() -> None:
    signed_links.issue("page", subject_id=uuid4(), lifetime=timedelta(0))


def a_job() -> None:
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('mail', 'mail.send', 'failed')"
    event = "INSERT INTO procrastinate_events (job_id, type) SELECT id, 'failed' FROM job"
    db.session.execute(text(f"WITH job AS ({job} RETURNING id) {event}"))


def an_email() -> Email:
    email = outbox.put("account_password_changed", to="a@clinic.example", audience="account", context={"within": ""})
    delivery.lifecycle.move(email, EmailState.SENT)
    return email


def an_emptied_email() -> None:
    an_email().forget()


def a_bounce() -> None:
    suppress("gone@patient.example", reason=Reason.BOUNCE, scope=ALL)


def lifted() -> None:
    suppress("back@patient.example", reason=Reason.COMPLAINT, scope=OPTIONAL)
    lift("back@patient.example", reason=Reason.COMPLAINT, scope=OPTIONAL, why="asked")


def erased_elsewhere() -> None:
    erasure.take_over([(stored_request().id, clock.now())])


def an_ended_invitation() -> None:
    clinic = build_clinic()
    owner = build_member(clinic)
    invitation = build_invitation(clinic, by=owner)
    cancel_invitation(clinic, invitation.id, by=owner.id)


def a_confirmed_deletion() -> None:
    lead = build_lead()
    revoke(lead, "health")
    confirm_deletion(lead)
    erasure.erase(lead.request)


MAKE: dict[str, Callable[[], object]] = {
    "photos": lambda: build_request(photos=1),
    "health answers": ended,
    "links in emails": a_link,
    "invitations": an_ended_invitation,
    "form tokens": lambda: idempotency.claim(Submission(uuid4(), "/x", {}, b"browser")),
    "ended jobs": a_job,
    "ended duties to delete": a_confirmed_deletion,
    "texts and recipients of emails": an_email,
    "emptied emails": an_emptied_email,
    "bounced addresses": a_bounce,
    "lifted suppressions": lifted,
    "decided review items": lambda: decide(build_review_item(), outcome=Outcome.FINE, by=build_account().id),
    "drafts": build_draft,
    "unconfirmed requests": unconfirmed,
    "deleted requests": lambda: delete_request(build_request()),
    "ended requests": ended,
    "requests erased before a restore": erased_elsewhere,
}


BY_THE_MONTH = "prices at home told by readers"


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name != BY_THE_MONTH], ids=lambda rule: rule.name)
def test_a_moment_before_nothing_a_moment_after_it_ends(app: Flask, rule: Rule) -> None:
    MAKE[rule.name]()
    db.session.flush()
    now = clock.now()
    before, after = now + rule.kept - timedelta(minutes=1), now + rule.kept + timedelta(minutes=1)
    if rule.kept:
        assert (rule.count(before), rule.batch(before)) == (0, 0)
    assert rule.count(after) == 1
    assert [rule.batch(after), rule.batch(after)] == [1, 0]
    assert rule.count(after) == 0


def test_a_price_told_by_a_reader_ends_with_its_months_year(app: Flask) -> None:
    (rule,) = (rule for rule in RULES if rule.name == BY_THE_MONTH)
    with time_machine.travel("2026-11-20"):
        own_prices.share(build_clinic().prices[0].procedure, country="DE", price=100, currency="EUR")
        db.session.flush()
    assert rule.count(datetime(2027, 11, 1, tzinfo=UTC)) == 0
    assert rule.batch(datetime(2027, 11, 2, tzinfo=UTC)) == 1


def test_the_docs_show_every_rule() -> None:
    shown = [
        (name, kept, since)
        for name, kept, since in ROWS.findall(
            DOCS.read_text().partition("## What is kept how long")[2].partition("## ")[0]
        )
    ]
    assert shown == [(rule.name, words(rule.kept), rule.since) for rule in RULES]


def words(kept: timedelta) -> str:
    if not kept:
        return "at once"
    hours = kept // timedelta(hours=1)
    return f"{hours} hours" if hours <= 72 else f"{kept.days} days"


def test_photos_go_with_the_health_answers_at_the_latest(app: Flask) -> None:
    request = build_request(photos=1)
    close(request)
    rule = next(rule for rule in RULES if rule.name == "health answers")
    assert rule.batch(later(31)) == 1
    assert not photos_of(request)


def test_a_waiting_email_keeps_its_text(app: Flask) -> None:
    patient_emails.access_link(event_of(stored_request()))
    rule = next(rule for rule in RULES if rule.name.startswith("texts"))
    assert rule.count(later(100)) == 0
    (email,) = emails("access_link")
    assert email.state == EmailState.WAITING


def later(days: float) -> datetime:
    return clock.now() + timedelta(days=days)


@pytest.mark.parametrize(
    ("reason", "scope", "left"), [(Reason.BOUNCE, ALL, None), (Reason.COMPLAINT, OPTIONAL, "complaint")]
)
def test_a_bounce_ends_after_a_year_and_a_complaint_does_not(app: Flask, reason, scope, left) -> None:
    suppress("gone@patient.example", reason=reason, scope=scope)
    for rule in RULES:
        rule.batch(later(366))
    assert suppression_reason("gone@patient.example", name="quotes") == left


def test_a_job_that_is_still_to_be_done_stays(app: Flask) -> None:
    an_email()
    rule = next(rule for rule in RULES if rule.name == "ended jobs")
    assert rule.count(later(400)) == 0


def test_what_ended_can_still_be_reached_by_a_new_link(app: Flask) -> None:
    request = build_request(email="late@patient.example")
    close(request)
    request_links.send_new_link("late@patient.example")
    assert len(emails("access_link")) == 1
