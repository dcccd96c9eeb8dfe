"""Every coded value that somebody reads has its words, for each audience that can meet it."""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined, UndefinedError

import marketplace
from marketplace.aftercare import price_kept
from marketplace.aftercare import states as aftercare
from marketplace.catalogue import country_facts
from marketplace.clinics import states as clinics
from marketplace.clinics.list_cursor import SORTS
from marketplace.leads import routing
from marketplace.leads import states as leads
from marketplace.leads.states import TABS
from marketplace.mail import suppression
from marketplace.mail.models import EmailState
from marketplace.quote_requests import models as requests
from marketplace.quote_requests import read_only_links
from marketplace.quote_requests import states as request_states
from marketplace.quote_requests.answer_table import CODED_CHOICES, READ_BY_CLINICS
from marketplace.quotes import models as quote_models
from marketplace.quotes import states as quotes
from marketplace.quotes.red_flags import RED_FLAGS
from marketplace.reactions import REACTIONS
from marketplace.reviews import models as reviews
from marketplace.web.patient import proposal_reasons, why_clinics
from marketplace.words.event import EVENT_CODES
from marketplace.words.tables import TABLES

ROUTING = Path(routing.__file__)
Column = Mapping[str, object]


def columns(name: str, *audiences: str) -> list[Column]:
    """The named columns of a table."""
    return [getattr(TABLES[name], audience) for audience in audiences]


def without(codes: Collection[str], *never_met: str) -> set[str]:
    return {str(code) for code in codes} - set(never_met)


def problems(codes: Collection[str], words: Column) -> set[str]:
    """Codes without words, and words that no code has."""
    return {str(code) for code in codes} ^ set(words)


def routing_reasons() -> set[str]:
    """As they stand in the rules: routing names them nowhere else."""
    rules = [node for node in ast.parse(ROUTING.read_text()).body if getattr(node, "name", "") in REASONING]
    texts = {each.value for rule in rules for each in ast.walk(rule) if isinstance(each, ast.Constant)}
    known = {"paused", "published", "proposed", "passed_over", "value"}
    return {text for text in texts if isinstance(text, str) and text.isidentifier()} - known


ACCESSED = ("health", "photos", "contact")
REASONING = {"refusal", "place", "_why"}
# Codes, and the words that each audience which meets them reads.
HELD: dict[str, tuple[Collection[str], list[Column]]] = {
    "LeadState": (leads.LeadState, columns("lead_states", "patient", "clinic", "operator")),
    "RequestState": (request_states.RequestState, columns("request_states", "patient")),
    "RequestState, by operators": (
        without(request_states.RequestState, "draft"),
        columns("request_states", "operator"),
    ),
    "QuoteState": (quotes.QuoteState, columns("quote_states", "patient", "clinic")),
    "ListingState": (clinics.ListingState, columns("listing_states", "clinic", "operator")),
    "CheckState": (clinics.CheckState, columns("check_states", "patient", "clinic", "operator")),
    "CheckKind": (clinics.CheckKind, columns("check_kinds", "patient", "clinic", "operator")),
    "CheckKind, as a claim": (clinics.CheckKind, columns("check_claims", "patient")),
    "TeamRole": (clinics.TeamRole, columns("team_roles", "clinic", "operator")),
    "Purpose": (request_states.DELETABLE, columns("purposes", "patient", "clinic", "operator")),
    "CheckInState": (aftercare.CheckInState, columns("check_in_states", "patient")),
    "FACT_KINDS": (country_facts.FACT_KINDS, columns("country_facts", "patient")),
    "PRICE_ANSWERS": (price_kept.PRICE_ANSWERS, columns("price_answers", "patient")),
    "PriceReason": (quotes.PriceReason, columns("price_reasons", "clinic", "operator")),
    "RedFlag": ([flag.code for flag in RED_FLAGS], columns("red_flags", "patient")),
    "RedFlag's source": ({flag.source for flag in RED_FLAGS}, columns("red_flag_sources", "patient")),
    "READERS": (read_only_links.READERS, columns("link_readers", "patient", "form", "operator")),
    "What a reader opens": ((read_only_links.QUOTES, read_only_links.HEALTH), columns("link_looks", "patient")),
    "ReviewKind": (reviews.ReviewKind, columns("review_kinds", "operator")),
    "Outcome": (reviews.Outcome, columns("review_outcomes", "operator")),
    "EmailState": (EmailState, columns("email_states", "operator")),
    "Reason": (suppression.Reason, columns("suppressions", "operator")),
    "LEAD_DECLINE_REASONS": (leads.LEAD_DECLINE_REASONS, columns("lead_declines", "patient", "clinic", "operator")),
    "QUOTE_DECLINE_REASONS": (
        leads.QUOTE_DECLINE_REASONS,
        columns("quote_declines", "patient", "clinic", "operator"),
    ),
    "QUOTE_DECLINE_OFFERED": (leads.QUOTE_DECLINE_OFFERED, columns("quote_declines", "form")),
    "QUOTE_WITHDRAW_REASONS": (
        quotes.QUOTE_WITHDRAW_REASONS,
        columns("quote_withdrawals", "patient", "clinic", "operator"),
    ),
    "ROLES": (quote_models.ROLES, columns("practitioner_roles", "patient", "clinic", "operator")),
    "TIMINGS": (requests.TIMINGS, columns("timings", "form", "patient", "clinic")),
    "SCOPES": (requests.SCOPES, columns("budget_scopes", "form", "clinic")),
    "READ_BY_CLINICS": (READ_BY_CLINICS, columns("answers", "patient", "clinic")),
    "AccessRecord.what": (ACCESSED, columns("sealed_parts", "patient", "operator")),
    "TABS": (TABS, columns("inbox_tabs", "clinic")),
    "TABS, and unread": ({*TABS, "unread"}, columns("empty_inbox", "clinic")),
    "SORTS": (SORTS, columns("clinic_sorts", "patient")),
    "what differs between proposed clinics": (proposal_reasons.FACTS, columns("proposal_facts", "patient")),
    "answers to change": (why_clinics.STEPS, columns("routing_changes", "patient")),
    # Whom nobody looked at one by one is counted outside the rules.
    "routing": ({*routing_reasons(), "not_looked_at"}, columns("routing_reasons", "patient", "clinic", "operator")),
}
HELD |= {
    f"CodedChoice {name}": (choice.codes, [choice.codes.form, choice.codes.patient, choice.codes.clinic])
    for name, choice in CODED_CHOICES.items()
}
# Codes that nobody reads by themselves, and why.
WORDLESS = {
    "ReviewState": "a list is of open or of decided items, which its tabs say",
    "InvitationState": "only open invitations are shown",
    "InviteeStanding": "decides which page is shown",
    "PlanState": "each has a sentence on the page of check-ins",
    "ProblemState": "each has a sentence with its moment",
    "DutyState": "each has a sentence with its day",
    "Stop": "each has a sentence of its own, in leads/status_texts.py",
    "DecisionKind": "says which decision a row is; its reason has the words",
    "Kind": "how a field of a quote is stated, a rule for code",
    "To": "its values are words, for docs/emails.md",
    "Verdict": "decides what becomes of an email; the outcome's code has the words",
    "DatabaseRole": "inside the database",
    "Source": "where an amount was typed, a rule for code",
    "AmountProblem": "each has a sentence that quotes what was typed, in values/amounts.py",
    "BASES": "are words themselves, translated where they stand",
    "GUIDE_KINDS": "each has a page of its own",
    "ACTS": "consent rows are told in sentences",
}


def named_codes() -> Iterator[str]:
    """The name of every enum, and of every tuple of codes that a state or a column is taken from."""
    for found in pkgutil.walk_packages(marketplace.__path__, "marketplace."):
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            if inspect.isclass(value) and issubclass(value, StrEnum) and value.__module__ == found.name:
                yield value.__name__
            if found.name.endswith((".states", ".models")) and name.isupper() and is_plain_codes(value):
                yield name


def is_plain_codes(value: object) -> bool:
    return isinstance(value, tuple) and bool(value) and all(type(code) is str for code in value)


@pytest.mark.parametrize("name", HELD)
def test_every_code_has_words_for_whoever_meets_it(name: str) -> None:
    codes, audiences = HELD[name]
    assert [problems(codes, words) for words in audiences] == [set() for _ in audiences]


def test_every_set_of_codes_is_held_or_needs_no_words() -> None:
    assert set(named_codes()) - set(HELD) - set(WORDLESS) == set()


def test_a_code_without_words_is_found() -> None:
    words = TABLES["lead_declines"].patient
    assert problems((*leads.LEAD_DECLINE_REASONS, "no_such_code"), words) == {"no_such_code"}
    assert problems(leads.LEAD_DECLINE_REASONS[1:], words) == {leads.LEAD_DECLINE_REASONS[0]}


def test_no_word_is_blank() -> None:
    tables = {**TABLES, **{name: choice.codes for name, choice in CODED_CHOICES.items()}}
    rows = [(name, code, row) for name, table in tables.items() for code, row in table.items()]
    texts = [(name, code, text) for name, code, row in rows for text in vars(row).values() if text is not None]
    said = [(name, code, text[0] if isinstance(text, tuple) else text) for name, code, text in texts]
    assert [(name, code) for name, code, text in said if not str(text).strip()] == []


def test_the_codes_are_those_of_events_that_are_recorded() -> None:
    assert set(EVENT_CODES) <= {event.__name__ for event in REACTIONS}


def test_a_missing_word_on_a_page_is_an_error(app: Flask) -> None:
    assert app.jinja_env.undefined is StrictUndefined
    page = app.jinja_env.from_string("{{ words.lead_declines.patient['unheard_of'] }}")
    with pytest.raises(UndefinedError):
        page.render()
