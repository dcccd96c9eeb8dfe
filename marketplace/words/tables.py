"""Every table of words by name; templates read them as `words`, a test checks that each has all its codes."""

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from marketplace.words.event import (
    ACTORS,
    EMAIL_AUDIENCES,
    EMAIL_PROBLEMS,
    EMAIL_STATES,
    EVENTS,
    LIFT_REASONS,
    SUPPRESSIONS,
)
from marketplace.words.lead import (
    EMPTY_INBOX,
    INBOX_TABS,
    INCLUDED,
    LEAD_DECLINES,
    LEAD_ENDINGS,
    LEAD_STATES,
    PRACTITIONER_ROLES,
    PRICE_REASONS,
    QUOTE_DECLINES,
    QUOTE_STATES,
    QUOTE_WITHDRAWALS,
    ROUTING_OUTCOMES,
    ROUTING_REASONS,
)
from marketplace.words.listing import (
    CHECK_CLAIMS,
    CHECK_KINDS,
    CHECK_STATES,
    CLINIC_SORTS,
    LISTING_STATES,
    SEND_BACK_REASONS,
    SUSPENSION_REASONS,
    TEAM_ROLES,
)
from marketplace.words.quote import RED_FLAG_SOURCES, RED_FLAGS
from marketplace.words.request import (
    ANSWERS,
    BUDGET_SCOPES,
    CONDITIONS,
    PHOTO_REFUSALS,
    PURPOSES,
    REFUSALS,
    REFUSING_STATES,
    REQUEST_STATES,
    SEALED_PARTS,
    TIMINGS,
)
from marketplace.words.review import BASES, FIELDS, REVIEW_FACTS, REVIEW_KINDS, REVIEW_OUTCOMES
from marketplace.words.table import Table, Tag, Titled

TABLES: Mapping[str, Table[LazyString] | Table[Tag] | Table[Titled]] = {
    "actors": ACTORS,
    "answers": ANSWERS,
    "bases": BASES,
    "budget_scopes": BUDGET_SCOPES,
    "check_claims": CHECK_CLAIMS,
    "check_kinds": CHECK_KINDS,
    "check_states": CHECK_STATES,
    "clinic_sorts": CLINIC_SORTS,
    "conditions": CONDITIONS,
    "email_audiences": EMAIL_AUDIENCES,
    "email_problems": EMAIL_PROBLEMS,
    "email_states": EMAIL_STATES,
    "empty_inbox": EMPTY_INBOX,
    "events": EVENTS,
    "fields": FIELDS,
    "inbox_tabs": INBOX_TABS,
    "included": INCLUDED,
    "lead_declines": LEAD_DECLINES,
    "lead_endings": LEAD_ENDINGS,
    "lead_states": LEAD_STATES,
    "lift_reasons": LIFT_REASONS,
    "listing_states": LISTING_STATES,
    "photo_refusals": PHOTO_REFUSALS,
    "practitioner_roles": PRACTITIONER_ROLES,
    "price_reasons": PRICE_REASONS,
    "purposes": PURPOSES,
    "quote_declines": QUOTE_DECLINES,
    "quote_states": QUOTE_STATES,
    "quote_withdrawals": QUOTE_WITHDRAWALS,
    "red_flag_sources": RED_FLAG_SOURCES,
    "red_flags": RED_FLAGS,
    "refusals": REFUSALS,
    "refusing_states": REFUSING_STATES,
    "request_states": REQUEST_STATES,
    "review_facts": REVIEW_FACTS,
    "review_kinds": REVIEW_KINDS,
    "review_outcomes": REVIEW_OUTCOMES,
    "routing_outcomes": ROUTING_OUTCOMES,
    "routing_reasons": ROUTING_REASONS,
    "sealed_parts": SEALED_PARTS,
    "send_back_reasons": SEND_BACK_REASONS,
    "suppressions": SUPPRESSIONS,
    "suspension_reasons": SUSPENSION_REASONS,
    "team_roles": TEAM_ROLES,
    "timings": TIMINGS,
}
