"""Why a clinic is proposed, in one line that differs from clinic to clinic where their facts do."""

from typing import NamedTuple

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.leads.proposal import Proposal
from marketplace.leads.routing import NEW_UNTIL_LEADS, ROOM_BELOW
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.clinic_course import Course
from marketplace.web.filters import duration, language_name, money
from marketplace.words.lead import PROPOSAL_FACTS

Values = dict[str, str | int | Markup]
FACTS = (
    "asked_for",
    "languages",
    "within_budget",
    "over_budget",
    "price_within_budget",
    "price_over_budget",
    "replies",
    "new_here",
    "expected",
    "free",
    "taken",
    "nearly_full",
)


class Why(NamedTuple):
    """The facts that a proposal is told by.

    `over_budget` is how much the course costs above the budget in minor units of `currency`, 0 or less within it, None
    where no budget was given; with its travel where the budget is for everything, else in `price_over_budget`, without.
    `answers` is how many of 100 requests it is likely to answer, None while it is new here.
    """

    languages: tuple[str, ...]  # that both speak
    over_budget: int | None
    price_over_budget: int | None
    currency: str
    reply_minutes: int | None
    answers: int | None
    nearly_full: bool


def why_proposed(proposal: Proposal, quote_request: QuoteRequest, *, course: Course | None, currency: str) -> Why:
    """Returns the facts by which a proposal is told: of routing's decision, of the clinic, and of the request."""
    clinic, score = proposal.clinic, proposal.score
    budget = quote_request.budget_amount if quote_request.budget_currency == currency else None
    for_all = quote_request.budget_scope == "everything"
    is_known = clinic.leads_sent >= NEW_UNTIL_LEADS
    return Why(
        languages=tuple(code for code in quote_request.languages if code in clinic.languages),
        over_budget=course.amount - budget if course and budget and for_all else None,
        price_over_budget=course.treatment - budget if course and budget and not for_all else None,
        currency=currency,
        reply_minutes=clinic.reply_minutes,
        answers=round(score["answers"] * 100) if is_known else None,
        nearly_full=score["fill"] >= ROOM_BELOW,
    )


def why_text(why: Why) -> Markup:
    """Returns "speaks German and Turkish; within your budget; answers in 9 hours"."""
    return escape(_("; ")).join(escape(PROPOSAL_FACTS.patient[code]) % values for code, values in _facts(why))


def _facts(why: Why) -> list[tuple[str, Values]]:
    spoken = format_list([language_name(code) for code in why.languages], locale=get_locale() or "en")
    told: dict[str, Values | None] = {
        "languages": {"languages": spoken} if why.languages else None,
        **_budget("", why.over_budget, why.currency),
        **_budget("price_", why.price_over_budget, why.currency),
        "replies": None if why.reply_minutes is None else {"time": duration(why.reply_minutes)},
        "new_here": {} if why.reply_minutes is None and why.answers is None else None,
        "expected": None if why.answers is None else {"n": why.answers},
        "nearly_full": {} if why.nearly_full else None,
    }
    return [(code, values) for code, values in told.items() if values is not None]


def _budget(of: str, over: int | None, currency: str) -> dict[str, Values]:
    if over is None:
        return {}
    return {f"{of}over_budget": {"amount": money(over, currency)}} if over > 0 else {f"{of}within_budget": {}}
