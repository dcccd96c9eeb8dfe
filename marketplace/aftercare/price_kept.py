"""Was the price kept: one answer a chosen clinic, which goes with the request and leaves a number for its month.

It can be said once the choice has settled and the price can be known.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.aftercare import plans
from marketplace.aftercare.events import PriceAnswered
from marketplace.clinics.track_records import moves, track_record
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.audit.log import record
from marketplace.foundation.database.columns import Base, one_of
from marketplace.foundation.database.roles import as_system
from marketplace.foundation.problems import Refused, WrongState
from marketplace.leads.events import ids
from marketplace.leads.models import Lead
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.states import REQUEST_REFUSALS, RequestState

PRICE_ANSWERS = ("yes", "more", "not_gone")
COUNTED = {"yes": "kept", "more": "raised", "not_gone": "not_gone"}


class PriceAnswer(Base):
    """What one patient said of the clinic they chose; it goes at the erasure."""

    __tablename__ = "price_answer"
    __table_args__ = (
        one_of("answer", PRICE_ANSWERS),
        CheckConstraint("answer = 'more' OR paid_sealed IS NULL", name="paid_only_where_more"),
    )

    request_id: Mapped[UUID] = mapped_column(ForeignKey("quote_request.id"), primary_key=True)
    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"))
    answer: Mapped[str]
    month: Mapped[date]  # in which it is counted
    paid_sealed: Mapped[bytes | None]  # minor units of the quote's currency
    answered_at: Mapped[datetime]


class PriceMonth(Base):
    """How many patients said so of a clinic, by month: numbers, written by the system alone."""

    __tablename__ = "price_month"
    __table_args__ = (CheckConstraint("kept >= 0 AND raised >= 0 AND not_gone >= 0", name="counted"),)

    clinic_id: Mapped[UUID] = mapped_column(ForeignKey("clinic.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    kept: Mapped[int] = mapped_column(default=0)
    raised: Mapped[int] = mapped_column(default=0)
    not_gone: Mapped[int] = mapped_column(default=0)


def price_answer(request: QuoteRequest) -> PriceAnswer | None:
    """Returns what the patient said of the clinic that is chosen; None where nothing yet."""
    lead, found = plans.won_lead(request), db.session.get(PriceAnswer, request.id)
    return found if found is not None and lead is not None and found.clinic_id == lead.clinic_id else None


def paid_of(request: QuoteRequest, said: PriceAnswer) -> int | None:
    """Returns what was paid in minor units of the quote's currency; None where it was not said."""
    if said.paid_sealed is None:
        return None
    return int(request.box.open("price_answer.paid_sealed", said.paid_sealed))


def sayable_answers(request: QuoteRequest) -> tuple[str, ...]:
    """Returns the answers that can be given now; none before the choice has settled.

    Who may still undo the choice would leave a number that nobody stands for; what was paid is known from the first
    session on, where its day is named.
    """
    if request.state != RequestState.SETTLED:
        return ()
    day = plans.expected_day(request)
    return PRICE_ANSWERS if day is None or day <= clock.today() else ("not_gone",)


def known_from(request: QuoteRequest) -> date | None:
    """Returns the day from which the price can be told; None while that is when the choice settles."""
    day, undo_until = plans.expected_day(request), request.undo_until
    settles_first = request.state == RequestState.SETTLED or (
        undo_until is not None and day and day > undo_until.date()
    )
    return day if settles_first else None


def must_be_sayable(request: QuoteRequest, answer: str) -> Lead:
    """Returns the lead that the answer is about. Raises WrongState where no clinic is chosen or it is too early."""
    lead = plans.won_lead(request)
    if lead is None:
        raise WrongState(REQUEST_REFUSALS[request.state])
    if answer not in sayable_answers(request):
        raise WrongState("price_not_yet")
    return lead


def say(request: QuoteRequest, answer: str, *, paid: int | None = None) -> None:
    """Keeps the answer in place of an earlier one and counts it; who did not go is asked no more.

    `paid` counts only with "more". Raises WrongState where no clinic is chosen or it is too early, Refused for an
    amount that is not above the quote's total.
    """
    REQUEST.lock(request)
    lead, quote = must_be_sayable(request, answer), plans.chosen_quote(request)
    if answer == "more" and paid is not None and quote is not None and paid <= quote.total:
        raise Refused("paid_not_more", field="paid")
    before, month = db.session.get(PriceAnswer, request.id), clock.today().replace(day=1)
    if before is not None:
        with as_system():
            _count(before.clinic_id, before.month, before.answer, -1)
        db.session.delete(before)
        db.session.flush()
    sealed = request.box.seal("price_answer.paid_sealed", paid) if paid is not None and answer == "more" else None
    said = {"answer": answer, "month": month, "paid_sealed": sealed, "answered_at": clock.now()}
    db.session.add(PriceAnswer(request_id=request.id, clinic_id=lead.clinic_id, **said))
    db.session.flush()
    with as_system():
        _count(lead.clinic_id, month, answer, 1)
    record(PriceAnswered(**ids(lead)))
    if answer == "not_gone":
        plans.stop(request, reason="not_gone")


def forget(request_id: UUID) -> None:
    """Deletes what one patient said; the number of its month stays."""
    db.session.execute(delete(PriceAnswer).where(PriceAnswer.request_id == request_id))


def _count(clinic_id: UUID, month: date, answer: str, change: int) -> None:
    """Changes one number of a month; what is published of the clinic follows in steps of several answers."""
    column = COUNTED[answer]
    row = insert(PriceMonth).values(clinic_id=clinic_id, month=month, kept=0, raised=0, not_gone=0)
    db.session.execute(row.on_conflict_do_nothing())
    query = select(PriceMonth).where(PriceMonth.clinic_id == clinic_id, PriceMonth.month == month).with_for_update()
    found = db.session.scalars(query.execution_options(populate_existing=True)).one()
    setattr(found, column, getattr(found, column) + change)
    db.session.flush()
    published = track_record(clinic_id)
    sums = select(func.sum(PriceMonth.kept), func.sum(PriceMonth.raised)).where(PriceMonth.clinic_id == clinic_id)
    kept, raised = map(int, db.session.execute(sums).one())
    if moves(published.prices_kept + published.prices_raised, counted=kept + raised):
        published.prices_kept, published.prices_raised = kept, raised
        db.session.flush()
