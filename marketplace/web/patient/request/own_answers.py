"""The answers to check-ins that this browser may show, and whether the last of them is a sign to have looked at."""

from collections.abc import Sequence

from flask import session

from marketplace.aftercare import check_ins
from marketplace.aftercare.models import CheckIn
from marketplace.aftercare.states import CheckInState
from marketplace.catalogue.particulars import particulars_of
from marketplace.quote_requests import queries
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.patient.request_access import is_trusted_browser

ANSWERED_HERE = "check_ins"  # in this browser: it may show what it has answered itself


def keep_as_own(check_in: CheckIn) -> None:
    """Lets this browser show the answer that it has given."""
    session[ANSWERED_HERE] = [*session.get(ANSWERED_HERE, ()), str(check_in.id)]


def own_answer(check_in: CheckIn, ref: str) -> str | None:
    """Returns the answer where this browser may show it: it is trusted, or has given the answer itself."""
    return check_ins.answer_of(check_in) if _may_show(check_in, ref) else None


def _may_show(check_in: CheckIn, ref: str) -> bool:
    return str(check_in.id) in session.get(ANSWERED_HERE, ()) or is_trusted_browser(ref)


def _last_answered(asked: Sequence[CheckIn]) -> CheckIn | None:
    answered = [each for each in asked if each.state == CheckInState.ANSWERED]
    return max(answered, key=lambda each: (each.answered_at, each.week), default=None)


def sign_week(quote_request: QuoteRequest, asked: Sequence[CheckIn]) -> int | None:
    """Returns the week of the last answer where it is a sign to have looked at; None else, or if it is not shown."""
    last = _last_answered(asked)
    if last is None:
        return None
    sign = particulars_of(queries.treatment_of(quote_request)).sign(own_answer(last, quote_request.ref))
    return last.week if sign and sign.doctor else None


def has_closed_answer(quote_request: QuoteRequest, asked: Sequence[CheckIn]) -> bool:
    """Returns whether there is a last answer that this browser may not show, whatever it is."""
    last = _last_answered(asked)
    return last is not None and not _may_show(last, quote_request.ref)
