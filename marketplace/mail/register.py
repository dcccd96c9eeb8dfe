"""Every email the site sends, one row each: whom it is for, what it follows, where it leads and how it may be held.

docs/emails.md is written from this table; tests/guards/test_email_register.py holds both to what is sent.
"""

from enum import StrEnum
from typing import NamedTuple


class To(StrEnum):
    """Whose address it goes to."""

    PATIENT = "the patient"
    DESK = "the clinic's desk"
    PERSON = "one person's account"


class Row(NamedTuple):
    """One email. `necessary`: a complaint does not stop it; `quiet`: it may wait for the morning of its reader."""

    to: To
    follows: str
    leads_to: str
    necessary: bool = False
    quiet: bool = False
    urgent: bool = False  # somebody sits and waits for it: it goes before all others


REGISTER: dict[str, Row] = {
    # A patient's request
    "confirm_request": Row(
        To.PATIENT,
        "RequestSubmitted, ConfirmationResent, RequestAddressCorrected",
        "the page that confirms",
        necessary=True,
        urgent=True,
    ),
    "confirm_again": Row(To.PATIENT, "ConfirmationReminded", "the page that confirms", quiet=True),
    "request_open_already": Row(To.PATIENT, "RequestRepeated", "the request", urgent=True),
    "access_link": Row(To.PATIENT, "LinkAsked", "the request", necessary=True, urgent=True),
    "request_sent": Row(To.PATIENT, "RequestConfirmed, with clinics", "the request"),
    "request_waiting": Row(To.PATIENT, "RequestConfirmed, without a clinic", "the request"),
    "clinics_available": Row(To.PATIENT, "ClinicsAvailable", "clinics to add", quiet=True),
    "quotes_arrived": Row(To.PATIENT, "QuoteSent, QuoteRevised", "the one quote, or compare", quiet=True),
    "quote_ends": Row(To.PATIENT, "7 days before a quote ends", "that quote", quiet=True),
    "clinic_asked": Row(To.PATIENT, "QuestionAsked", "the messages with that clinic", quiet=True),
    "clinic_wrote": Row(To.PATIENT, "ClinicReplied", "the messages with that clinic", quiet=True),
    "quote_withdrawn": Row(To.PATIENT, "QuoteWithdrawn, once it was sent", "the request", quiet=True),
    "clinic_will_not_quote": Row(To.PATIENT, "LeadExpired, LeadDeclined", "compare, or clinics to add", quiet=True),
    "clinic_changed": Row(
        To.PATIENT, "LeadFrozen, ChosenClinicStopped, CheckExpired, CheckRevoked", "the request", necessary=True
    ),
    "clinic_returned": Row(To.PATIENT, "LeadThawed, ChosenClinicReturned", "the request", necessary=True),
    "choice_made": Row(To.PATIENT, "QuoteChosen", "the request", necessary=True),
    "choice_undone": Row(To.PATIENT, "ChoiceUndone", "compare"),
    "deletion_announced": Row(To.PATIENT, "ErasureAnnounced", "the page that keeps it", quiet=True),
    "request_deleted": Row(
        To.PATIENT, "RequestDeleted", "what the clinics confirmed, where any had it", necessary=True
    ),
    "first_session": Row(To.PATIENT, "CheckInsBegun, FirstSessionAskedAgain", "the check-ins", quiet=True),
    "check_in": Row(To.PATIENT, "CheckInAsked", "the one tap that answers", quiet=True),
    "price_kept": Row(To.PATIENT, "PriceAsked", "the one tap that answers", quiet=True),
    "problem_unanswered": Row(To.PATIENT, "ProblemOverdue", "the messages with that clinic", necessary=True),
    # A clinic's desk
    "new_request": Row(To.DESK, "LeadArrived", "the lead"),
    "leads_waiting": Row(To.DESK, "LeadReminded", "the inbox"),
    "answers_changed": Row(To.DESK, "RequestChanged, one for several changes", "the lead", quiet=True),
    "question_answered": Row(To.DESK, "QuestionAnswered", "the lead", quiet=True),
    "chosen": Row(To.DESK, "QuoteChosen, to the one chosen", "the lead", necessary=True),
    "not_chosen": Row(To.DESK, "QuoteChosen, to the others", "the lead", quiet=True),
    "quote_declined": Row(To.DESK, "QuoteDeclined", "the lead", quiet=True),
    "decline_undone": Row(To.DESK, "DeclineUndone, or LeadThawed after it", "the lead", quiet=True),
    "clinic_choice_undone": Row(To.DESK, "ChoiceUndone, or LeadThawed after it", "the lead"),
    "patient_waits": Row(To.DESK, "ProblemTold, ProblemReminded", "the lead", necessary=True),
    "request_closed": Row(To.DESK, "RequestClosed", "the lead", quiet=True),
    "delete_data": Row(To.DESK, "LeadRevoked", "the lead", necessary=True),
    "delete_part": Row(To.DESK, "ConsentRevoked", "the lead", necessary=True),
    "delete_reminder": Row(To.DESK, "DeletionChased", "the lead", necessary=True),
    "listing_result": Row(
        To.DESK,
        "ListingPublished, ListingSentBack, ListingSuspended, ListingReinstated",
        "the listing, or its checks",
        necessary=True,
    ),
    # People with an account
    "team_invitation": Row(To.PERSON, "MemberInvited", "the page that joins", urgent=True),
    "operator_digest": Row(To.PERSON, "every day at eight, when something waits", "the operators' desk", quiet=True),
    "account_confirm": Row(To.PERSON, "an account was made", "the page that confirms", necessary=True, urgent=True),
    "account_reset": Row(
        To.PERSON, "a new password was asked for", "the page that sets it", necessary=True, urgent=True
    ),
    "account_password_changed": Row(To.PERSON, "a password was changed", "nothing", necessary=True, urgent=True),
    "account_new_address": Row(
        To.PERSON, "a change of address was asked for", "the page that confirms it", necessary=True, urgent=True
    ),
    "account_address_changed": Row(
        To.PERSON, "an address was changed, to the old one", "nothing", necessary=True, urgent=True
    ),
}
# Emails that come by the calendar: whoever gets them can stop them.
STREAMS = frozenset({"operator_digest"})
# What an email was called when a row was written that may still wait, or is still counted.
FORMER_NAMES = {
    "access_link": "your_link",
    "clinic_will_not_quote": "some_silent",
    "clinic_choice_undone": "choice_undone_clinic",
}
_CURRENT_NAMES = {former: name for name, former in FORMER_NAMES.items()}
# Asked for this minute, needed for safety or money, or owed by law: a complaint does not stop it.
NECESSARY = frozenset(name for name, row in REGISTER.items() if row.necessary)


def current_name(stored: str) -> str:
    """The name by which the register knows a stored email."""
    return _CURRENT_NAMES.get(stored, stored)


def names_of(name: str) -> tuple[str, ...]:
    """The names under which emails of this kind are stored."""
    return (name, FORMER_NAMES[name]) if name in FORMER_NAMES else (name,)
