"""A request that a machine plays with: its clinics, the clock, and what every verb and every email is held to."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import select

from marketplace.aftercare.check_ins import check_ins_of
from marketplace.aftercare.models import AftercarePlan, Problem
from marketplace.aftercare.states import OPEN_PROBLEMS, CheckInState, PlanState
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation import problems as refusals
from marketplace.leads import deletion_duties
from marketplace.leads.models import Lead
from marketplace.leads.queries import leads_of, leads_to_notify
from marketplace.leads.states import LeadState
from marketplace.mail import change_notifications, quote_notifications
from marketplace.mail.models import Email
from marketplace.quote_requests.answer_table import READ_BY_CLINICS
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import RequestState
from marketplace.quotes.models import Quote
from marketplace.timers import TIMERS
from tests.factories import build_clinic, build_member, build_request
from tests.quotes.claims import CLAIMS, SAYS_NO_STATE

WAITING = (LeadState.NEW, LeadState.OPENED, LeadState.ASKED, LeadState.QUOTED, LeadState.FROZEN)
ASKED_FOR = (CheckInState.PLANNED, CheckInState.ASKED)
CODE = re.compile(r"[a-z][a-z_]+")
# Timers that are no request's: they are run in the tests of their own.
OF_THE_SITE = ("count", "forget", "seal", "send forgotten", "tell operators", "expire invitations", "remind of an unc")
MOVES = {name: timer for name, timer in TIMERS.items() if not name.startswith(OF_THE_SITE)}
AS_TIME_PASSES = {name: timer for name, timer in MOVES.items() if not name.startswith("end the time of")}
STEP, STEPS = timedelta(days=100), 9  # to the end of what is kept longest
CHASES = 2  # of a clinic that does not confirm a deletion


class PlayedRequest(RuleBasedStateMachine):
    """One request at three clinics, and a fourth that may be added."""

    def __init__(self) -> None:
        super().__init__()
        db.session.commit()
        self.outer = db.engines[None].begin_nested()
        self.clinics = [build_clinic(f"Clinic {name}") for name in "ABCD"]
        self.people = [
            build_member(clinic, email=f"desk{n}@clinic.example").id for n, clinic in enumerate(self.clinics)
        ]
        told = {"conditions": ["allergy"], "photos": 1, "questions": ["Who treats me?"], "phone": "+44 20 7946 0999"}
        self.request = build_request(*self.clinics[:3], **told)
        self.start = self.at = clock.now() + timedelta(seconds=1)
        self.read: set[UUID] = set(db.session.scalars(select(Email.id)))

    def teardown(self) -> None:
        try:
            self.every_wait_ends()
        finally:
            db.session.remove()
            self.outer.rollback()

    @property
    def leads(self) -> list[Lead]:
        """The clinics that have the request."""
        return leads_of(self.request)

    @property
    def is_over(self) -> bool:
        return self.request.state in {RequestState.WITHDRAWN, RequestState.ERASED}

    def lead(self, n: int) -> Lead:
        """One of them by its number; beyond the last it is the first again."""
        leads = self.leads
        return leads[n % len(leads)]

    def do(self, verb: Callable[..., Any], *given: Any) -> None:
        """A refusal has a name and takes back all that the verb did, as a page does."""
        with clock.set_to(self.at):
            refused = "none"
            try:
                with db.session.begin_nested():
                    verb(*given)
            except refusals.Problem as problem:
                refused = problem.reason
                db.session.expire_all()
            assert CODE.fullmatch(refused), refused
            self.read_mail()

    def read_mail(self) -> None:
        """What a mail says is so at the moment when it is written."""
        for email in db.session.scalars(select(Email).where(Email.id.not_in(self.read)).order_by(Email.id)):
            self.read.add(email.id)
            lead = next((lead for lead in self.leads if lead.clinic_id == email.clinic_id), None)
            if email.name not in SAYS_NO_STATE:
                assert CLAIMS[email.name](email, self.request, lead), (email.name, lead and lead.state)

    def quote_of(self, n: int) -> Quote | None:
        found = select(Quote).where(Quote.lead_id == self.lead(n).id, Quote.sent_at.is_not(None))
        return db.session.scalar(found.order_by(Quote.number.desc()).limit(1))

    def with_quote(self, verb: Callable[..., Any], n: int) -> None:
        quote = self.quote_of(n)
        if quote is not None:
            self.do(verb, quote)

    def pass_time(self, span: timedelta, *, timers: Any = None) -> None:
        """What timers do at the end of it, and the jobs that tell people."""
        self.at += span
        for timer in (timers or AS_TIME_PASSES).values():
            self.do(timer, self.at)
        self.do(quote_notifications.send_or_reschedule, self.request.id)
        if not self.is_over:
            for lead in leads_to_notify(self.request, READ_BY_CLINICS):
                self.do(change_notifications.send_or_reschedule, lead)

    def states(self) -> dict[str, Any]:
        """Where everything stands; what is refused changes none of it."""
        quotes = db.session.scalars(select(Quote).where(Quote.request_id == self.request.id).order_by(Quote.number))
        return {
            "request": self.request.state,
            "leads": [lead.state for lead in self.leads],
            "quotes": [quote.state for quote in quotes],
            "check_ins": [check_in.state for check_in in check_ins_of(self.request)],
        }

    def every_wait_ends(self) -> None:
        """Whatever state it was left in, timers alone bring it to its end, and nothing is left that waits."""
        for step in range(STEPS):
            self.pass_time(STEP, timers=MOVES)
            db.session.expire_all()
            if step >= CHASES and self.request.state == RequestState.ERASED:
                break
        with clock.set_to(self.at):
            assert self.request.state == RequestState.ERASED, self.states()
            assert not any(lead.state in WAITING for lead in self.leads), self.states()
            assert not [check_in for check_in in check_ins_of(self.request) if check_in.state in ASKED_FOR]
            plan = db.session.get(AftercarePlan, self.request.id)
            assert plan is None or plan.state in {PlanState.OVER, PlanState.STOPPED}
            assert not db.session.scalars(select(Problem.id).where(Problem.state.in_(OPEN_PROBLEMS))).all()
            duties = [duty for lead in self.leads for duty in deletion_duties.duties_of(lead)]
            assert all(duty.state != "asked" or duty.chases == CHASES for duty in duties)

    def known(self) -> Any:
        """What the patient answered."""
        return answers(self.request)
