"""The numbers that the site promises on pages, in emails and in texts, read from the constants of the code.

Templates and the Markdown of the content folder both write `{{ promise.request_link | days }}`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

from flask import Flask

from marketplace.accounts import sign_in
from marketplace.aftercare import passport_codes, problems
from marketplace.catalogue import own_prices
from marketplace.clinics import checks, track_records
from marketplace.clinics.states import CheckKind
from marketplace.foundation.security import challenges
from marketplace.foundation.values import pictures
from marketplace.foundation.values.durations import days, hours, minutes, months, seconds
from marketplace.leads import clocks, deadlines, deletion_duties, operator_queries, queries
from marketplace.mail import retention as mail_retention
from marketplace.mail import smtp_outcomes
from marketplace.quote_requests import access_records, drafts, photos, read_only_links, request_links, retention

DURATIONS: Mapping[str, timedelta] = {
    # The request form, and the patient's links and page
    "form_takes": timedelta(minutes=3),  # timed with people; no code depends on it
    "draft": retention.DRAFT_RETENTION,
    "challenge": challenges.WAIT,
    "confirm_link": request_links.LIFETIMES[request_links.CONFIRM],
    "request_link": request_links.LIFETIMES[request_links.PAGE],
    "read_only_link": read_only_links.LIFETIME,
    "fresh_link": request_links.FRESH,
    "unconfirmed_request": retention.UNCONFIRMED_RETENTION,
    "passport_code": passport_codes.OPEN_FOR,
    "problem_answer": problems.ANSWER_WITHIN,
    "undo": deadlines.UNDO_WITHIN,
    # How long data is kept
    "photos": retention.PHOTOS_RETENTION,
    "health_after_end": retention.HEALTH_AFTER_END,
    "request_after_end": retention.REQUEST_AFTER_END,
    "erasure_notice": retention.ANNOUNCED_AHEAD,
    "confirmations": retention.CONFIRMATIONS_RETENTION,
    "deletion_last_chased": deletion_duties.CHASED_AFTER[1],
    "own_prices": own_prices.RETENTION,
    "mail_tries": smtp_outcomes.GIVE_UP_AFTER,
    "bounced_address": mail_retention.BOUNCE_RETENTION,
    # Clinics: their time to answer and their checks
    "reply": deadlines.REPLY_WITHIN,
    "reply_after_opening": deadlines.AFTER_OPENING,
    "clinic_numbers": queries.LOOKING_BACK,
    "routing_figures": operator_queries.LOOKING_BACK,
    "check": checks.MAX_VALIDITY[CheckKind.COMPANY],
    "price_check": checks.MAX_VALIDITY[CheckKind.PRICES],
    "check_ends_soon": checks.ENDING_WITHIN,
    # Accounts
    "password_link": sign_in.RESET_WITHIN,
    "account_link": sign_in.CONFIRM_WITHIN,
}
PROMISED_LIMITS: Mapping[str, int] = {
    "own_prices_from": own_prices.SHOWN_FROM,
    "clinics": drafts.MAX_CLINICS,
    "photos_at_most": photos.MAX_PHOTOS,
    "deletion_first_chased_days": deletion_duties.CHASED_AFTER[0].days,
    "photo_megabytes": pictures.MAX_BYTES // 2**20,
    "passport_letters": passport_codes.CODE_LENGTH,
    "passport_tries": passport_codes.MAX_TRIES,
    "track_record_from": track_records.PUBLISHED_FROM,
    "track_record_step": track_records.PUBLISHED_STEP,
    "reply_time_from": clocks.SHOWN_FROM,
    "password_characters": sign_in.MIN_PASSWORD,
    "reason_characters": access_records.MIN_REASON_LENGTH,
}
_PLACEHOLDER = re.compile(r"\{\{ promise\.(\w+)(?: \| (\w+))? }}")


UNITS: Mapping[str, Callable[[timedelta], str]] = {
    function.__name__: function for function in (seconds, minutes, hours, days, months)
}


def filled(markdown: str) -> str:
    """Returns the text with its promises filled in: `{{ promise.request_link | days }}` gives "7 days".

    Only this form is read, since operators may edit the texts; a name that is no promise stays as it is.
    """

    def words(found: re.Match[str]) -> str:
        name, unit = found.groups()
        if unit in UNITS and name in DURATIONS:
            return UNITS[unit](DURATIONS[name])
        return str(PROMISED_LIMITS[name]) if not unit and name in PROMISED_LIMITS else found.group(0)

    return _PLACEHOLDER.sub(words, markdown)


def install(app: Flask) -> None:
    """Makes the promises and their units known to pages and emails."""
    app.jinja_env.globals["promise"] = {**DURATIONS, **PROMISED_LIMITS}
    app.jinja_env.filters.update(UNITS)
