"""Every POST may come twice: each view is answered once by its form's token, or is the same twice by its nature."""

import pytest
from flask import Flask
from flask.typing import RouteCallable

from marketplace.web.forms.idempotent import is_idempotent

SAME_ANSWER = "stores the same answer over itself"
ONE_WAY = "the state moves one way and once: the second finds it moved"

BY_NATURE = {
    "public.share_own_price": "a browser tells one price a month for a country and procedure",
    "patient.begin": "the cookie of its answer names the draft, so the answer must be made; a draft left over ends",
    **dict.fromkeys(
        (f"patient.ask_{s}" for s in ("treatment", "where", "when", "budget", "health", "you", "clinics")), SAME_ANSWER
    ),
    **dict.fromkeys(("patient.change_sent", "patient.change_unconfirmed"), ONE_WAY),
    "patient.change_answer": SAME_ANSWER,
    **dict.fromkeys(("patient.ask_photos", "patient.change_photos"), "the same picture is kept once"),
    "patient.choose_quote": ONE_WAY,
    "patient.decline_quote": ONE_WAY,
    "patient.keep_compared": "the same choice over itself",
    "patient.end_reader": "what is taken back is taken back",
    "patient.show_health": "shows the same to the same code; each look is recorded",
    "patient.ask_for_all": "asked for already, nothing is sent",
    "patient.undo_choice": ONE_WAY,
    **dict.fromkeys(
        ("patient.name_first_session", "patient.answer_check_in", "patient.say_price_kept", "patient.write_session"),
        SAME_ANSWER,
    ),
    "patient.stop_aftercare": ONE_WAY,
    "patient.make_passport_code": "the code made before ends",
    "patient.choose_conditions": "the box says what is on the sheet",
    "patient.open_with_code": "each try counts by its nature",
    "dashboard.write_passport": SAME_ANSWER,
    "patient.pause_request": "the button names the state it asks for",
    "patient.close_request": ONE_WAY,
    "patient.delete_request": ONE_WAY,
    "patient.revoke_consent": "what is taken back is taken back",
    "patient.give_consent": "what is given already is not given again",
    "patient.leave_browser": "a browser that was left is left",
    "dashboard.decline_lead": ONE_WAY,
    "dashboard.undo_quote": ONE_WAY,
    "dashboard.withdraw_quote": ONE_WAY,
    "dashboard.confirm_deleted": "said twice, it is noted once",
    "dashboard.change_role": "the same role over itself",
    "dashboard.remove_member": ONE_WAY,
    "dashboard.leave_team": ONE_WAY,
    **dict.fromkeys((f"dashboard.{verb}_listing" for verb in ("submit", "pause", "resume")), ONE_WAY),
    "dashboard.cancel_invitation": ONE_WAY,
    "joining.accept_invitation": "the link is spent by the first",
    "operator.decide_check": "the same finding over itself",
    "operator.publish_clinic": ONE_WAY,
    "operator.submit_clinic": ONE_WAY,
    "operator.reinstate_clinic": ONE_WAY,
    "operator.send_back_clinic": ONE_WAY,
    "operator.suspend_clinic": ONE_WAY,
    "operator.retry_email": ONE_WAY,
    "operator.lift_suppression": ONE_WAY,
    "operator.decide_review_item": ONE_WAY,
    "patient.keep_request": "kept twice is kept",
    "account_pages.end_sessions": "what has ended stays ended",
    "operator.unseal_request": "each reading is recorded, the second too",
    "mail.unsubscribe": "switched off twice is switched off",
    "mail.take_report": "a report said twice changes nothing",
    "public.preferences": "sets the same cookies again",
}


def views(app: Flask) -> dict[str, RouteCallable]:
    """Endpoints that take POST; the library's are named by it."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    return {name: app.view_functions[name] for name in endpoints if not name.startswith("security.")}


def test_every_post_is_safe_to_send_twice(app: Flask) -> None:
    found = views(app)
    by_token = {name for name, view in found.items() if is_idempotent(view)}
    assert set(found) - by_token == set(BY_NATURE), "a new POST view needs @idempotent, or a reason here"
    assert not by_token & set(BY_NATURE)


@pytest.mark.parametrize(
    "endpoint",
    [
        "patient.send",
        "patient.sent",
        "patient.correct_email",
        "patient.ask_for_link",
        "patient.send_message",
        "patient.send_to_more_clinics",
        "dashboard.send_question",
        "dashboard.send_quote",
        "dashboard.invite",
    ],
)
def test_what_creates_something_has_a_token(app: Flask, endpoint: str) -> None:
    assert is_idempotent(views(app)[endpoint])
