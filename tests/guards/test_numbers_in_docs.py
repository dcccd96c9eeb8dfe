"""A duration or limit that a page of docs repeats is the one the code acts on."""

import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from marketplace import worker
from marketplace.accounts import freshness, sessions, sign_in
from marketplace.cli import stored_data
from marketplace.clinics import invitations, team
from marketplace.config_rules import secret_keys
from marketplace.foundation.audit import check
from marketplace.foundation.database import standby, timeouts
from marketplace.foundation.security import challenges
from marketplace.foundation.values import pictures
from marketplace.foundation.values.durations import days, hours, minutes, months, seconds
from marketplace.leads import request_actions
from marketplace.mail import delivery_reports, quota, quote_notifications, smtp_outcomes
from marketplace.mail import retention as mail_retention
from marketplace.quote_requests import access_records, request_links, retention
from marketplace.quotes import terms
from marketplace.retention import rules
from marketplace.web import mail_pages
from marketplace.web.forms import base
from marketplace.web.http import page_cache, uploads
from tests.browser import ROOT
from tests.guards.test_typed_numbers import TYPED

LINK, CONFIRM = (request_links.LIFETIMES[purpose] for purpose in (request_links.PAGE, request_links.CONFIRM))
CONFIRMATIONS = retention.CONFIRMATIONS_RETENTION
PHOTO, BODY = f"{pictures.MAX_BYTES // 2**20} MB", f"{uploads.MAX_BODY_BYTES // 2**20} MB"
PASSWORD_AGAIN = minutes(freshness.FRESH_FOR)
IDLE, ALTOGETHER = minutes(sessions.OPERATOR.idle), hours(sessions.OPERATOR.absolute)
HELD = {
    "threat-model.md": (
        f"{days(retention.HEALTH_AFTER_END)} after the end, photos {days(retention.PHOTOS_RETENTION)}, at most",
        f"{days(retention.REQUEST_AFTER_END)} after the end, at most",
        f"an invitation {days(invitations.KEPT_AFTER_END)} after its end",
        f"a mailed link: one request, {days(LINK)} (",
        f"or by a link of the last {minutes(request_links.FRESH)}",
        f"the last mail's link: {days(CONFIRMATIONS)}",
        f"one address, {days(invitations.LIFETIME)}, once",
        f"{IDLE} idle, {ALTOGETHER} at most",
        f"up to {PHOTO} and a number of pixels",
        f"the password again after {PASSWORD_AGAIN}, for each",
        f"the first {PASSWORD_AGAIN} |",
        f"works for its {days(LINK)}: a new one",
    ),
    "running.md": (
        f"- Keys: there, {secret_keys.MIN_LENGTH} characters or more",
        f"by a shared cache for {page_cache.SHARED_FRESH + page_cache.SHARED_STALE} seconds,",
        f"within {seconds(base.MIN_AGE)} or after {hours(base.MAX_AGE)}",
        f"without script {seconds(challenges.WAIT)} of waiting do",
        f"at most {quota.WINDOWS['hour'][1]} mails go in an hour and {quota.WINDOWS['day'][1]} in a day",
        f"A team has {team.MAX_PEOPLE} people at most",
        f"`/account/invitation/<token>`, for {days(invitations.LIFETIME)};",
        f"when the sign-in is older than {PASSWORD_AGAIN}",
        f"| operator | {IDLE} | {ALTOGETHER} |",
        f"| {hours(sessions.MEMBER.idle)}; {days(sessions.REMEMBERED.idle)} on a device that is remembered | "
        f"{days(sessions.MEMBER.absolute)} |",
        f"| until the link ends | {days(LINK)} |",
        f"(open for {days(request_actions.OPEN_RETENTION)} without a choice)",
        f"{days(retention.ANNOUNCED_AHEAD)} before an ended one is erased",
        f"may keep it for another {days(retention.REQUEST_AFTER_END)}",
        f"outlive the request by up to {hours(smtp_outcomes.GIVE_UP_AFTER)}",
        f"(`/d/<token>`) works for {days(CONFIRMATIONS)}",
        f"Entries go after {months(check.MIN_RETENTION)},",
        f"people are told {days(stored_data.BACKUP_RETENTION)}",
        f"`failed` after {hours(smtp_outcomes.GIVE_UP_AFTER)}",
        f"tried again after {minutes(smtp_outcomes.MIN_PAUSE_AFTER_UNCLEAR)} at the soonest",
        f"after a bounce for {days(mail_retention.BOUNCE_RETENTION)}, then we try again",
        f"JSON, at most {mail_pages.MAX_BODY_BYTES // 2**10} kB:",
        f"a timestamp more than {minutes(delivery_reports.FRESH)} off",
    ),
    "cryptography.md": (
        f"| `SECRET_KEY`, {secret_keys.MIN_LENGTH} characters or more |",
        f"when the last backup they open is ({days(stored_data.BACKUP_RETENTION)})",
        f"sessions end within {days(sessions.MEMBER.absolute)}",
        f"they end within {days(LINK)}; the one to what clinics confirmed {days(CONFIRMATIONS)} after",
        f"they end within {hours(sign_in.CONFIRM_WITHIN)}",
        f"rows live {hours(rules.FORM_TOKEN_RETENTION)}",
    ),
    "asvs.md": (
        f"with photos at {BODY}, a photo at {PHOTO}",
        f"| {sign_in.MIN_PASSWORD} characters or more, any",
        f"a patient's link and an invitation live {days(LINK)}, a confirmation {hours(CONFIRM)}",
        f"mailed within {minutes(request_links.FRESH)}",
    ),
    "fields.md": (
        f"a link of the last {minutes(request_links.FRESH)}",
        f"open for {terms.VALID_DAYS[0]} to {terms.VALID_DAYS[1]} days",
    ),
    "emails.md": (f"{days(quote_notifications.ENDS_WITHIN)} before a quote ends",),
    "roles.md": (
        f"a sign-in older than {PASSWORD_AGAIN}",
        f"to one operator for {minutes(access_records.OPEN_FOR)}",
    ),
    "operations.md": (
        f"it is gone after {days(stored_data.BACKUP_RETENTION)}",
        f"ends by itself after {seconds(timedelta(seconds=int(timeouts.WEB.settings['statement_timeout'][:-1])))}",
        f"is taken up again within {seconds(timedelta(seconds=worker.DEAD_AFTER))}",
        f"wait and go out for {hours(smtp_outcomes.GIVE_UP_AFTER)}",
    ),
    "scale.md": (
        f"jobs of a worker that died are taken up by the others within {seconds(timedelta(seconds=worker.DEAD_AFTER))}",
        f"each new connection {seconds(timedelta(seconds=timeouts.CONNECT_SECONDS))} before the next is tried",
        f"the primary had {seconds(timedelta(seconds=standby.MAX_LAG_SECONDS))} ago is not read",
        f"come from it for {seconds(timedelta(seconds=standby.OWN_WRITES_SECONDS))} after a change",
    ),
}
# What stands in a page of docs and in no constant of the code.
EXCEPTIONS = {
    "takes about 45 minutes on two cores and ends after an hour and a half": "how long the experiments take",
    "takes less than eight minutes on two cores": "measured",
    "takes ten minutes with 100,000 clinics": "how long the benchmarks take",
    "the browser works for a second": "measured",
    "the session or within two days": "Flask-Security's and Flask-WTF's own",
    "the session, or within two days": "Flask-Security's and Flask-WTF's own",
    "ten minutes for what is mailed": "the requirement's words",
    "systemd starts it again by itself every 2 seconds": "RestartSec in docs/deployment",
    "the site finds it within 4 seconds": "measured: timeouts.OPEN_SECONDS and a look",
    "within 72 hours the authority": "the regulation's own",
    "the standby promoted 5 seconds later": "what the experiment does",
    "1,090 have ten characters or more": "counted in the list",
}
# Rows that tests/retention/test_rules.py holds to the rules.
RETENTION_ROW = re.compile(r"^\| [^|]+ \| \d+ \w+ \| [^|\d]+ \|$", re.MULTILINE)


def flat(text: str) -> str:
    """Without line breaks and what marks code in a sentence."""
    return " ".join(RETENTION_ROW.sub("", text).split())


def not_held(text: str, *, held: Sequence[str]) -> list[str]:
    """Phrases that should stand there and do not, and what is typed beside them."""
    text = flat(text)
    wrong = [f"does not say: {phrase}" for phrase in held if phrase not in text]
    for phrase in (*held, *EXCEPTIONS):
        text = text.replace(phrase, "")
    return wrong + [
        f"nothing holds: {text[max(found.start() - 30, 0) : found.end() + 30]}" for found in TYPED.finditer(text)
    ]


@pytest.mark.parametrize("page", sorted(HELD))
def test_a_page_says_what_the_code_does(page: str) -> None:
    assert not_held((ROOT / "docs" / page).read_text(), held=HELD[page]) == []


def test_a_stale_number_and_one_that_nothing_holds_would_be_seen() -> None:
    text = "| photos | 90 days | they were added |\n\nA link works for seven\ndays, a form for 3 hours."
    assert not_held(text, held=("A link works for 7 days",)) == [
        "does not say: A link works for 7 days",
        "nothing holds: A link works for seven days, a form for 3 hours.",
        "nothing holds: ks for seven days, a form for 3 hours.",
    ]
    assert not_held("A link works for 7 days.", held=("A link works for 7 days",)) == []


def test_no_exception_is_left_over() -> None:
    pages = " ".join(flat(page.read_text()) for page in (ROOT / "docs").glob("*.md"))
    assert [phrase for phrase in EXCEPTIONS if phrase not in pages] == []


def test_a_page_that_begins_to_type_numbers_is_looked_at_too() -> None:
    others = {path.name for path in Path(ROOT / "docs").glob("*.md")} - HELD.keys()
    assert [page for page in sorted(others) if not_held((ROOT / "docs" / page).read_text(), held=())] == []
