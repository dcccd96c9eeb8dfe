"""Check-ins of a request and their answers, which are sealed."""

from sqlalchemy import select

from marketplace.aftercare.events import CheckInAnswered
from marketplace.aftercare.models import CHECK_IN, CheckIn
from marketplace.aftercare.states import ANSWERABLE, CheckInState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import NotFound, WrongState
from marketplace.quote_requests.models import QuoteRequest


def check_ins_of(request: QuoteRequest) -> list[CheckIn]:
    """Returns the request's check-ins by week."""
    return list(db.session.scalars(select(CheckIn).where(CheckIn.request_id == request.id).order_by(CheckIn.week)))


def check_in_of(request: QuoteRequest, week: int) -> CheckIn:
    """Returns one check-in. Raises NotFound."""
    found = db.session.scalar(select(CheckIn).where(CheckIn.request_id == request.id, CheckIn.week == week))
    if found is None:
        raise NotFound("check_in")
    return found


def answer(check_in: CheckIn, code: str) -> None:
    """Seals the answer, which can be changed. Raises WrongState for a check-in that was not asked, or was cancelled."""
    CHECK_IN.lock(check_in)
    if check_in.state not in ANSWERABLE:
        raise WrongState("check_in_not_asked")
    box = check_in.request.box
    check_in.answer_sealed = box.seal("check_in.answer_sealed", code, row=check_in.id)
    if check_in.state == CheckInState.ANSWERED:
        check_in.answered_at = clock.now()
        db.session.flush()
    else:
        CHECK_IN.move(check_in, CheckInState.ANSWERED, is_locked=True)
    record(CheckInAnswered(request_id=check_in.request_id, reason=str(check_in.week)))


def answer_of(check_in: CheckIn) -> str | None:
    """Returns the code of the answer; None without one. Raises CannotOpen once the request is erased."""
    if check_in.answer_sealed is None:
        return None
    return str(check_in.request.box.open("check_in.answer_sealed", check_in.answer_sealed, row=check_in.id))
