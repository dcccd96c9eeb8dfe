"""Which database role may do what, on which rows: all of row-level security on one page, applied after every upgrade.

The app's login takes a role for one transaction (marketplace/foundation/database/roles.py). One policy a role and
table: two of them would be joined by OR and cost the index. A table without a row here is nobody's.
"""

from collections.abc import Mapping
from typing import NamedTuple

PUBLIC, ACCOUNT, PATIENT = "role_public", "role_account", "role_patient"
CLINIC, OPERATOR, WORKER = "role_clinic", "role_operator", "role_worker"
ROLES = (PUBLIC, ACCOUNT, PATIENT, CLINIC, OPERATOR, WORKER)

READ, ADD, ALL = "SELECT", "SELECT, INSERT", "SELECT, INSERT, UPDATE, DELETE"
KEEP = "SELECT, INSERT, UPDATE"


class Right(NamedTuple):
    """Verbs on the rows that fulfil a condition; `new` where what may be written differs from what may be seen."""

    verbs: str
    rows: str = "true"
    new: str | None = None


Rights = Mapping[str, Right]

ANYONE_READS: Rights = {role: Right(READ) for role in (PUBLIC, ACCOUNT, PATIENT, CLINIC, OPERATOR)}
# A reader of public pages sees what a clinic shows; whoever has to do with a clinic sees it in any state.
LISTED = "listing_state IN ('published', 'paused')"
OF_LISTED: Rights = {
    **ANYONE_READS,
    PUBLIC: Right(READ, "EXISTS (SELECT FROM clinic WHERE clinic.id = {table}.clinic_id)"),
}
EACH_OWN_TEAM: Rights = {**OF_LISTED, OPERATOR: Right(ALL), CLINIC: Right(ALL, new="clinic_id = app_clinic()")}
OWN_REQUEST, OWN_CLINIC = "request_id = app_request()", "clinic_id = app_clinic()"
# The newest word about the purpose decides; a lead that has ended shows nothing.
READS_REQUEST = (
    "EXISTS (SELECT FROM lead WHERE lead.request_id = {table}.request_id"
    " AND lead.state IN ('new', 'opened', 'asked', 'expired', 'quoted', 'won'))"
)
VIA_PHOTO_CONSENT = READS_REQUEST + " AND consent_stands({table}.request_id, app_clinic(), 'photos')"
# Each side of a session record writes its own.
OWN_SESSIONS = "author = 'clinic' AND EXISTS (SELECT FROM lead WHERE lead.id = {table}.lead_id AND lead.state = 'won')"
VIA_LEAD = "EXISTS (SELECT FROM lead WHERE lead.id = {table}.lead_id)"
# A message is never changed; that it was read is noted.
WRITE_AND_MARK = "SELECT, INSERT, UPDATE (read_at)"
VIA_LEAD_NOT_FROZEN = "EXISTS (SELECT FROM lead WHERE lead.id = {table}.lead_id AND lead.state <> 'frozen')"
# Locking a row needs the right to change some column of it.
LOCK = "SELECT, UPDATE ({column})"

TABLE_RIGHTS: dict[str, Rights] = {
    # What everyone may read
    "treatment": {**ANYONE_READS, OPERATOR: Right(KEEP)},
    "procedure": {**ANYONE_READS, OPERATOR: Right(KEEP)},
    "price_range": {**ANYONE_READS, OPERATOR: Right(ALL)},
    "guide": {**ANYONE_READS, OPERATOR: Right(KEEP)},
    "reference_rate": ANYONE_READS,
    "phrase_sheet": {PATIENT: Right(READ)},
    # Told by readers of public pages, without a name
    "own_price": {PUBLIC: Right(ADD)},
    "listing_facet": {**ANYONE_READS, OPERATOR: Right(ALL)},
    "market_version": ANYONE_READS,
    # What is published already, written by triggers alone
    "clinic_card": {**ANYONE_READS, WORKER: Right(READ)},
    "clinic_offer": {**ANYONE_READS, WORKER: Right(READ)},
    "search_word": ANYONE_READS,
    "search_tier": {**ANYONE_READS, WORKER: Right("SELECT, UPDATE (clinics)")},
    "public_version": ANYONE_READS,
    "clinic": {
        **ANYONE_READS,
        PUBLIC: Right(READ, LISTED),
        PATIENT: Right("SELECT, UPDATE (leads_sent)"),
        CLINIC: Right("SELECT, UPDATE", new="id = app_clinic()"),
        OPERATOR: Right(KEEP),
    },
    "clinic_price": EACH_OWN_TEAM,
    "clinic_person": EACH_OWN_TEAM,
    "clinic_check": {**OF_LISTED, CLINIC: Right(KEEP, new=OWN_CLINIC), OPERATOR: Right(KEEP)},
    # What a clinic was told and answered is its own to read: the public pages do not show it.
    "listing_decision": {CLINIC: Right("SELECT, UPDATE (answer)", OWN_CLINIC), OPERATOR: Right(KEEP)},
    "clinic_load": {**ANYONE_READS, PATIENT: Right(KEEP)},
    # Who signs in
    "account": {
        ACCOUNT: Right(KEEP),
        CLINIC: Right(READ, "EXISTS (SELECT FROM membership WHERE membership.account_id = account.id)"),
        OPERATOR: Right(READ),
    },
    "role": {ACCOUNT: Right(READ), CLINIC: Right(READ), OPERATOR: Right(READ)},
    "account_role": {ACCOUNT: Right(READ), CLINIC: Right(READ), OPERATOR: Right(READ)},
    "web_session": {ACCOUNT: Right(KEEP)},
    "membership": {ACCOUNT: Right(READ), CLINIC: Right(ALL, OWN_CLINIC), OPERATOR: Right(READ)},
    "invitation": {CLINIC: Right(KEEP, OWN_CLINIC)},
    # One request and what belongs to it
    "quote_request": {
        PATIENT: Right(KEEP, "id = app_request()"),
        CLINIC: Right(
            LOCK.format(column="last_answered_at"),
            "EXISTS (SELECT FROM lead WHERE lead.request_id = quote_request.id AND lead.state <> 'frozen')",
        ),
        OPERATOR: Right(LOCK.format(column="last_answered_at")),
    },
    "read_only_link": {PATIENT: Right(KEEP, OWN_REQUEST)},
    "read_only_look": {PATIENT: Right(READ, OWN_REQUEST)},
    "draft_clinic": {PATIENT: Right(ALL, OWN_REQUEST)},
    "consent": {
        PATIENT: Right(ADD, OWN_REQUEST),
        CLINIC: Right(READ, OWN_CLINIC),
        OPERATOR: Right(READ),
        WORKER: Right(ADD),
    },
    "deletion_duty": {
        PATIENT: Right(KEEP, OWN_REQUEST),
        CLINIC: Right("SELECT, UPDATE (state, confirmed_at)", OWN_CLINIC),
        OPERATOR: Right(READ),
    },
    "photo": {
        PATIENT: Right("SELECT, INSERT, DELETE", OWN_REQUEST),
        CLINIC: Right(READ, VIA_PHOTO_CONSENT),
        OPERATOR: Right(READ),
    },
    "access_record": {PATIENT: Right(READ, OWN_REQUEST), CLINIC: Right(ADD, OWN_CLINIC), OPERATOR: Right(ADD)},
    "lead": {PATIENT: Right(KEEP, OWN_REQUEST), CLINIC: Right(KEEP, OWN_CLINIC), OPERATOR: Right(READ)},
    "message": {
        PATIENT: Right(WRITE_AND_MARK, VIA_LEAD),
        CLINIC: Right(WRITE_AND_MARK, VIA_LEAD_NOT_FROZEN),
        OPERATOR: Right(READ),
    },
    "quote": {PATIENT: Right(KEEP, OWN_REQUEST), CLINIC: Right(KEEP, VIA_LEAD_NOT_FROZEN), OPERATOR: Right(READ)},
    "earlier_answer": {PATIENT: Right(ADD, OWN_REQUEST), CLINIC: Right(READ, READS_REQUEST)},
    "aftercare_plan": {PATIENT: Right(ALL, OWN_REQUEST)},
    "check_in": {PATIENT: Right(ALL, OWN_REQUEST)},
    # A clinic sees what was told to it; its reply answers it.
    "aftercare_problem": {
        PATIENT: Right(ADD, OWN_REQUEST),
        CLINIC: Right("SELECT, UPDATE (state, answered_at)", OWN_CLINIC),
        OPERATOR: Right(READ),
    },
    "session_record": {
        PATIENT: Right(KEEP, OWN_REQUEST, new="request_id = app_request() AND author = 'patient'"),
        CLINIC: Right(KEEP, OWN_SESSIONS),
    },
    "passport_code": {PATIENT: Right(ADD, OWN_REQUEST)},
    "passport_look": {PATIENT: Right(ADD, OWN_REQUEST)},
    "price_answer": {PATIENT: Right(ALL, OWN_REQUEST)},
    "price_month": {OPERATOR: Right(READ)},
    # Counted by the system from what patients said: no clinic writes it
    "track_record": ANYONE_READS,
    "routing_proposal": {PATIENT: Right(ALL, OWN_REQUEST)},
    "routing_decision": {PATIENT: Right(ALL, OWN_REQUEST), CLINIC: Right(READ, OWN_CLINIC), OPERATOR: Right(READ)},
    "routing_count": {PATIENT: Right(ALL, OWN_REQUEST), OPERATOR: Right(READ)},
    # The holder of a request adds the emails that follow from what they do; they read none.
    "email": {PATIENT: Right("INSERT", OWN_REQUEST), OPERATOR: Right("SELECT, UPDATE")},
    "audit_entry": {
        ACCOUNT: Right("INSERT"),
        PATIENT: Right(ADD, OWN_REQUEST, new="true"),
        CLINIC: Right(ADD, OWN_CLINIC, new="true"),
        OPERATOR: Right(ADD),
        WORKER: Right(ADD),
    },
    # What waits for an operator; whoever causes it may not read it
    "review_item": {OPERATOR: Right(KEEP)},
    "audit_seal": {OPERATOR: Right(READ), WORKER: Right(ADD)},
    "audit_seal_entry": {OPERATOR: Right(READ), WORKER: Right(ADD)},
    # Proofs of the moment: unreadable without the secret they were made with
    "signed_link": {PATIENT: Right(KEEP)},
    "form_token": {PATIENT: Right(ALL), CLINIC: Right(ALL), OPERATOR: Right(ALL), ACCOUNT: Right(ALL)},
    # The queue: others put jobs in by one function that runs with the owner's rights
    "procrastinate_jobs": {},
    "procrastinate_events": {},
    "procrastinate_periodic_defers": {},
    "procrastinate_workers": {},
    "erasure": {},
    "hook_receipt": {},
    "suppression": {OPERATOR: Right("SELECT, UPDATE, DELETE")},
    "limit_bucket": {},
    "spent_challenge": {PATIENT: Right(ADD)},
    "mail_allowance": {},
    "public_change": {},
    "alembic_version": {OPERATOR: Right(READ)},
}

# Row policies that rest on another table's column, or on a function: at a revision before it the table shows no row.
NEEDS_COLUMN = {"account": ("membership", "account_id")}
NEEDS_FUNCTION = {"photo": "consent_stands(uuid, uuid, text)"}
# By one function with the owner's rights whole sealed batches are forgotten; triggers hold it back from all else. What is
# published of a clinic is summed up by triggers with the owner's rights, whoever changed it.
UNFORCED = frozenset({"audit_entry", "clinic", "clinic_price", "clinic_check", "clinic_person"})
# Functions that not everyone may call.
EXECUTE_RIGHTS = {"audit_forget(bigint)": WORKER, "rebuild_summaries()": WORKER, "rebuild_inbox(uuid, uuid)": WORKER}


def rights_on(table: str) -> Rights:
    """What each role may do on the table: the worker everything, except where the table says less."""
    return {WORKER: Right(ALL), **TABLE_RIGHTS[table]}


def has_policies(table: str) -> bool:
    """Whether some role may not see or write every row."""
    return any(right.rows != "true" or right.new not in {None, "true"} for right in rights_on(table).values())
