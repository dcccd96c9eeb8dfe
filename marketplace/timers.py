"""Every wait has a timer: all of them on one page. Each takes this moment and says how many things it moved."""

from collections.abc import Callable
from datetime import datetime

from marketplace.accounts import session_store
from marketplace.aftercare import asking, problems
from marketplace.clinics import actions as clinics
from marketplace.clinics import facets, invitation_actions
from marketplace.foundation.audit import seals
from marketplace.foundation.security import challenges, limits
from marketplace.leads import clocks as leads
from marketplace.leads import deletion_duties, request_actions, waiting
from marketplace.mail import delivery_reports, operator_digest, quota, quote_notifications
from marketplace.mail import jobs as mail
from marketplace.quote_requests import retention
from marketplace.quotes import choosing, ending, pending, stopping
from marketplace.retention.rules import RULES

TIMERS: dict[str, Callable[[datetime], int]] = {
    "release held quotes": pending.release_due,
    "expire quotes": ending.expire_due,
    "settle choices after 48 hours": choosing.settle_due,
    "remind clinics at half time": leads.remind_due,
    "expire unanswered leads": leads.expire_due,
    "count reply times again": leads.recount_reply_times_due,
    "ask clinics again to delete": deletion_duties.chase_due,
    "begin check-ins": asking.begin_due,
    "ask again for the first session": asking.ask_again_due,
    "end check-ins": asking.end_due,  # before any is asked for a choice that has ended
    "ask how it is": asking.ask_due,
    "ask whether the price was kept": asking.ask_price_due,
    "miss answers that did not come": asking.miss_due,
    "end problems a clinic cannot answer": problems.end_due,
    "end the time to answer a problem": problems.overdue_due,
    "remind clinics of a problem": problems.remind_due,
    "offer clinics to who waits": waiting.offer_clinics_due,
    "stop clinics that may not go on": stopping.stop_due,  # first: whoever is stopped is told so once
    "expire checks": clinics.expire_checks_due,
    "count the market again": facets.recount_due,
    "expire invitations": invitation_actions.expire_invitations_due,
    "remind of an unconfirmed request": retention.remind_unconfirmed,
    "expire requests without a choice": request_actions.expire_due,
    "announce that requests will be erased": retention.announce_due,
    "tell of quotes": quote_notifications.sweep_unnotified,
    "tell of quotes that end": quote_notifications.remind_of_ending,
    "tell operators what waits": operator_digest.send_due,
    "send forgotten mail": mail.sweep_waiting,
    "forget full limits": limits.sweep,
    "forget spent challenges": challenges.sweep,
    "forget mail allowances": quota.sweep,
    "forget ended sessions": session_store.sweep,
    **{f"end the time of {rule.name}": rule.batch for rule in RULES},
    "seal the audit log": seals.seal_due,
    "forget the audit log of long ago": seals.forget_due,
    "forget the relay's signatures": delivery_reports.forget_receipts,
}
