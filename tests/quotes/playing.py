"""What patient, clinics, operator and clock may do to a request that is played with, each by its verb."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from marketplace.aftercare import plans, price_kept, problems
from marketplace.aftercare.check_ins import answer, check_ins_of
from marketplace.clinics import checks
from marketplace.leads import actions, consent, request_actions, revoking, submission
from marketplace.leads.deletion_duties import confirm_deletion
from marketplace.leads.models import Lead
from marketplace.quote_requests import answer_changes
from marketplace.quotes import choosing, drafting, ending, pending, stopping
from tests.factories import terms
from tests.quotes.played_request import PlayedRequest

WHICH = st.integers(0, 3)
LATE = timedelta(hours=20)


class Playing(PlayedRequest):
    """The rules."""

    @rule(n=WHICH)
    def hold(self, n: int) -> None:
        self.do(lambda: drafting.submit_quote(self.lead(n), terms(self.lead(n))))

    @rule(n=WHICH)
    def hold_and_release(self, n: int) -> None:
        self.hold(n)
        self.pass_time(timedelta(minutes=6))

    @rule(n=WHICH)
    def cancel(self, n: int) -> None:
        self.do(pending.cancel_pending, self.lead(n))

    @rule(n=WHICH)
    def withdraw(self, n: int) -> None:
        self.with_quote(partial(ending.withdraw, reason="price"), n)

    @rule(n=WHICH)
    def ask(self, n: int) -> None:
        self.do(actions.ask, self.lead(n), "When was the last time?")

    @rule(n=WHICH)
    def decline_lead(self, n: int) -> None:
        self.do(pending.decline_lead, self.lead(n), "no_dates")

    @rule(n=WHICH)
    def reply(self, n: int) -> None:
        lead = self.lead(n)
        self.do(partial(problems.reply, by=self.people[self.clinics.index(lead.clinic)]), lead, "Come in.")

    @rule(n=WHICH)
    def confirm_deletion(self, n: int) -> None:
        self.do(confirm_deletion, self.lead(n))

    @rule(n=WHICH)
    def choose(self, n: int) -> None:
        self.with_quote(choosing.choose, n)

    @rule(n=WHICH)
    def quote_and_choose(self, n: int) -> None:
        self.hold_and_release(n)
        self.choose(n)

    @rule()
    def undo(self) -> None:
        self.do(choosing.undo_choice, self.request)

    @rule(n=WHICH, reason=st.sampled_from([None, "price"]))
    def decline(self, n: int, reason: str | None) -> None:
        self.with_quote(partial(choosing.decline, reason=reason), n)

    @rule(n=WHICH)
    def undo_decline(self, n: int) -> None:
        self.with_quote(choosing.undo_decline, n)

    @rule(n=WHICH)
    def write(self, n: int) -> None:
        self.do(actions.answer_question, self.lead(n), "Last year.")

    @rule(n=WHICH, what=st.sampled_from(["health", "photos", "all"]))
    def revoke_consent(self, n: int, what: str) -> None:
        self.do(ending.revoke_consent, self.lead(n), what)

    @rule(n=WHICH, what=st.sampled_from(["health", "photos"]))
    def give_consent(self, n: int, what: str) -> None:
        def give(lead: Lead) -> None:
            revoking.give(lead, what, words=revoking.giving_text(lead, what) or "")

        self.do(give, self.lead(n))

    @rule(health=st.booleans())
    def add_clinic(self, health: bool) -> None:
        self.do(partial(submission.add_clinics, share_health=health), self.request, [self.clinics[3]])

    @rule(trips=st.sampled_from(["1", "2", "3"]))
    def edit(self, trips: str) -> None:
        def change() -> None:
            before = answer_changes.begin(self.request)
            self.request.trips = trips
            answer_changes.done(self.request, before)

        self.do(change)

    @rule(pauses=st.booleans())
    def pause_or_reopen(self, pauses: bool) -> None:
        self.do(request_actions.pause if pauses else request_actions.reopen, self.request)

    @precondition(lambda self: self.at > self.start + LATE)
    @rule(how=st.sampled_from([request_actions.close, request_actions.delete_request]))
    def end(self, how: Callable[..., Any]) -> None:
        self.do(how, self.request)

    @rule(days=st.integers(-1, 20))
    def name_first_session(self, days: int) -> None:
        self.do(plans.set_first_session, self.request, (self.at + timedelta(days=days)).date())

    @rule()
    def stop_check_ins(self) -> None:
        self.do(plans.stop, self.request)

    @rule(which=st.integers(0, 2), code=st.sampled_from(["fine", "lump"]))
    def answer_check_in(self, which: int, code: str) -> None:
        for check_in in check_ins_of(self.request)[which : which + 1]:
            self.do(answer, check_in, code)

    @rule(n=WHICH)
    def tell_problem(self, n: int) -> None:
        self.do(problems.tell, self.lead(n), "A lump. Seen today.")

    @rule(said=st.sampled_from(price_kept.PRICE_ANSWERS))
    def say_price(self, said: str) -> None:
        self.do(price_kept.say, self.request, said)

    @rule(n=WHICH)
    def suspend(self, n: int) -> None:
        self.do(lambda: stopping.suspend(self.clinics[n], reasons=["patient_report"], statement="Reports."))

    @rule(n=WHICH)
    def reinstate(self, n: int) -> None:
        self.do(stopping.reinstate, self.clinics[n])

    @rule(n=WHICH, kind=st.sampled_from(["licence", "insurance"]), verdict=st.sampled_from(["revoke", "pass"]))
    def decide_check(self, n: int, kind: str, verdict: str) -> None:
        given = {"evidence": "Extract", "source": "Register", "checked_by": "Operator A.B."}
        until = (self.at + timedelta(days=180)).date()
        check = checks.check_of(self.clinics[n], kind)
        self.do(lambda: stopping.decide_check(check, verdict=verdict, expires_on=until, **given))

    @rule(n=WHICH)
    def check_ends(self, n: int) -> None:
        checks.check_of(self.clinics[n], "people").expires_on = self.at.date() - timedelta(days=1)
        self.pass_time(timedelta(minutes=1))

    @rule(hours=st.sampled_from([1, 10, 49, 15 * 24, 30 * 24]))
    def wait(self, hours: int) -> None:
        self.pass_time(timedelta(hours=hours))

    def consents(self) -> Any:
        """What stands for which clinic."""
        return consent.standing_purposes(self.request)
