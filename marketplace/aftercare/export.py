"""What is stored of the time after the first session, for the person's own export."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import select

from marketplace.aftercare.check_ins import answer_of, check_ins_of
from marketplace.aftercare.models import AftercarePlan, Problem
from marketplace.aftercare.passport import exported_sessions
from marketplace.aftercare.passport_codes import looks_of
from marketplace.aftercare.price_kept import PriceAnswer, paid_of
from marketplace.extensions import db
from marketplace.leads.queries import leads_of
from marketplace.quote_requests.models import QuoteRequest

Exported = Mapping[str, "Exported"] | Sequence["Exported"] | date | str | int | None


def exported_aftercare(request: QuoteRequest) -> Mapping[str, Exported]:
    """Returns the plan, the check-ins with their answers, and the problems told. Raises CannotOpen once erased."""
    plan = db.session.get(AftercarePlan, request.id)
    said = db.session.get(PriceAnswer, request.id)
    problems = db.session.scalars(select(Problem).where(Problem.request_id == request.id).order_by(Problem.told_at))
    return {
        "first_session_on": plan.first_session_on if plan else None,
        "check_ins_stand": plan.state if plan else None,
        "check_ins": [
            {
                "week": check_in.week,
                "due_at": check_in.due_at,
                "state": check_in.state,
                "asked_at": check_in.asked_at,
                "answered_at": check_in.answered_at,
                "answer": answer_of(check_in),
            }
            for check_in in check_ins_of(request)
        ],
        "price": said.answer if said else None,
        "price_paid": paid_of(request, said) if said else None,
        "passport": exported_sessions(request, leads_of(request)),
        "passport_opened": looks_of(request),
        "problems_told": [
            {"state": each.state, "told_at": each.told_at, "due_at": each.due_at, "answered_at": each.answered_at}
            for each in problems
        ],
    }
