"""States, events and people in the operators' words."""

from collections.abc import Iterable
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from marketplace.accounts.queries import names_of
from marketplace.clinics import reasons
from marketplace.web import words

# The label of a state, and how its tag is drawn.
LISTING, CHECK, CHECK_KIND = words.LISTING_STATES, words.CHECK_STATES, reasons.CHECK_KIND
REQUEST = {
    "unconfirmed": (_l("Not confirmed"), "warn"),
    "open": (_l("Open"), "info"),
    "paused": (_l("Paused"), "warn"),
    "chosen": (_l("Chosen"), "ok"),
    "settled": (_l("Settled"), "ok"),
    "expired": (_l("Expired"), None),
    "withdrawn": (_l("Withdrawn"), None),
    "closed": (_l("Closed"), None),
    "erased": (_l("Erased"), None),
}
LEAD = {
    "new": (_l("New"), "info"),
    "opened": (_l("Opened"), "info"),
    "asked": (_l("Question sent"), "warn"),
    "quoted": (_l("Quoted"), "ok"),
    "declined": (_l("Declined"), None),
    "expired": (_l("No answer"), "bad"),
    "won": (_l("Chosen"), "ok"),
    "lost": (_l("Not chosen"), None),
    "revoked": (_l("Taken back"), None),
    "frozen": (_l("Frozen"), "bad"),
}
EMAIL = {
    "waiting": (_l("Waiting"), "info"),
    "sent": (_l("Sent"), "ok"),
    "failed": (_l("Failed"), "bad"),
    "bounced": (_l("Bounced"), "bad"),
    "suppressed": (_l("Not sent"), None),
}
# Why an email was not sent or came back, where it is not a code of SMTP.
PROBLEM = {
    "bounce": _l("an earlier email came back"),
    "complaint": _l("the recipient reported our mail"),
    "unsubscribed": _l("switched off by the recipient"),
    "erased": _l("the request is erased"),
    "confirmed": _l("confirmed meanwhile"),
    "link_ended": _l("replaced by a newer link"),
    "invitation_ended": _l("the invitation has ended"),
    "timeout": _l("no answer in time"),
    "refused": _l("no server listens"),
    "disconnected": _l("the server hung up"),
    "unreachable": _l("the server cannot be reached"),
    "tls": _l("no trusted encryption"),
    "unsendable": _l("cannot be written as an email"),
    "gave_up": _l("three days are over"),
}
SUPPRESSED_FOR = {
    "bounce": _l("An email came back"),
    "complaint": _l("The recipient reported an email"),
    "unsubscribed": _l("Switched off by the recipient"),
}
CONDITION = {
    "pregnancy": _l("Pregnant, or might be"),
    "breastfeeding": _l("Breastfeeding"),
    "infection": _l("Infection, rash or sore skin where treatment is wanted"),
    "allergy": _l("Allergic reaction to an injection, cosmetic or medicine"),
    "skin_condition": _l("Eczema, psoriasis or another autoimmune skin condition"),
    "blood_thinner": _l("Takes a blood thinner"),
    "unsure": _l("Not sure whether any condition applies"),
    "tell_clinic": _l("Would rather tell the clinic in person"),
    "none": _l("None of the conditions we ask about"),
}
OUTCOME = {
    "proposed": (_l("Proposed"), "ok"),
    "passed_over": (_l("Passed over"), None),
    "ineligible": (_l("Not eligible"), "warn"),
}
AUDIENCE = {
    "patient": _l("Patient"),
    "clinic": _l("Clinic"),
    "operator": _l("Operator"),
    "account": _l("Account"),
}
EVENTS = {
    "RequestSubmitted": _l("Request sent, waiting for its confirmation"),
    "RequestRepeated": _l("Asked again for the same"),
    "ConfirmationResent": _l("Confirmation asked for again"),
    "RequestRewritten": _l("Back to the answers before confirming"),
    "RequestAddressCorrected": _l("Address corrected before confirming"),
    "ConfirmationHeldBack": _l("No more mail to this address for now"),
    "LimitHit": _l("Asked too often, and stopped"),
    "ConfirmationReminded": _l("Reminded to confirm"),
    "RequestConfirmed": _l("Address confirmed, request open"),
    "NoClinicFound": _l("No clinic was eligible or had room"),
    "LinkAsked": _l("New link asked for"),
    "RequestChanged": _l("Answers changed"),
    "RequestPaused": _l("Request paused"),
    "RequestReopened": _l("Request open again"),
    "RequestClosed": _l("Request closed"),
    "RequestDeleted": _l("Request withdrawn"),
    "RequestExpired": _l("Request expired without a choice"),
    "AnswersRead": _l("Sealed answers read"),
    "AnswersUnsealed": _l("Health answers and photos opened by staff"),
    "ClinicsAvailable": _l("Told that a clinic fits now"),
    "HealthForgotten": _l("Health answers and photos deleted"),
    "PhotosForgotten": _l("Photos deleted"),
    "RequestErased": _l("Request erased"),
    "LeadArrived": _l("Request reached the clinic"),
    "LeadOpened": _l("Clinic looked at it"),
    "QuestionAsked": _l("Clinic asked its question"),
    "QuestionAnswered": _l("Patient answered"),
    "ClinicReplied": _l("Clinic replied to the patient"),
    "LeadDeclined": _l("Clinic declined"),
    "LeadReminded": _l("Clinic reminded"),
    "LeadExpired": _l("Clinic did not answer in time"),
    "LeadRevoked": _l("Clinic told to delete its copy"),
    "LeadFrozen": _l("Frozen: the clinic may not go on"),
    "LeadThawed": _l("Thawed: the clinic may go on again"),
    "ChosenClinicStopped": _l("The chosen clinic may not go on"),
    "ChosenClinicReturned": _l("The chosen clinic may go on again"),
    "ConsentRevoked": _l("Patient revoked a part of the consent"),
    "ConsentGiven": _l("Patient gave a part of the consent anew"),
    "DeletionChased": _l("Clinic asked again to confirm the deletion"),
    "DeletionConfirmed": _l("Clinic confirmed the deletion"),
    "LeadsExported": _l("Clinic took its requests along as a file"),
    "QuoteHeld": _l("Quote written, can be undone"),
    "QuoteSent": _l("Quote sent"),
    "QuoteRevised": _l("Quote revised"),
    "QuoteWithdrawn": _l("Quote withdrawn"),
    "QuoteExpired": _l("Quote expired"),
    "QuoteChosen": _l("Quote chosen"),
    "QuoteDeclined": _l("Quote declined by the patient"),
    "DeclineUndone": _l("Decline undone, the quote stands again"),
    "ChoiceUndone": _l("Choice undone"),
    "RequestSettled": _l("Choice settled"),
    "ListingSubmitted": _l("Listing sent to review"),
    "ListingPublished": _l("Listing published"),
    "ListingSentBack": _l("Listing sent back"),
    "ListingPaused": _l("Listing paused"),
    "ListingResumed": _l("Listing open again"),
    "ListingSuspended": _l("Listing suspended"),
    "ListingReinstated": _l("Listing reinstated"),
    "ListingClosed": _l("Listing closed"),
    "CheckSubmitted": _l("Evidence received"),
    "CheckPassed": _l("Check passed"),
    "CheckRefused": _l("Check refused"),
    "CheckRevoked": _l("Check revoked"),
    "CheckExpired": _l("Check expired"),
    "ReviewItemOpened": _l("Put before an operator"),
    "ReviewItemDecided": _l("A point for review was closed"),
    "RequestExported": _l("Patient took everything along"),
    "ErasureAnnounced": _l("Patient was told of the coming deletion"),
    "RequestKept": _l("Patient keeps the ended request"),
    "MemberJoined": _l("Member joined a team"),
    "MemberInvited": _l("Invited into a team"),
    "InvitationHeldBack": _l("No more invitations to this address for now"),
    "InvitationReplaced": _l("Invited anew"),
    "InvitationCancelled": _l("Invitation taken back"),
    "InvitationExpired": _l("Invitation not accepted in time"),
    "RoleChanged": _l("Role in a team changed"),
    "MemberRemoved": _l("Member removed from a team"),
    "MemberLeft": _l("Member left a team"),
    "SignedIn": _l("Signed in"),
    "SignedOut": _l("Signed out"),
    "SessionsEnded": _l("Signed out everywhere"),
    "PasswordChanged": _l("Password changed"),
    "AddressChanged": _l("Email address changed"),
    "SecondFactorChanged": _l("Second factor changed"),
    "AccountDeactivated": _l("Account deactivated"),
    "AccountReactivated": _l("Account reactivated"),
    "OperatorMade": _l("Operator made"),
    "BackupMade": _l("Backup made"),
    "BackupRestored": _l("Backup restored"),
    "CommandRun": _l("Command run"),
    "KeysRotated": _l("Keys rotated"),
    "LogForgotten": _l("Log of long ago deleted"),
    "EmailFailed": _l("Email could not be sent"),
    "EmailBounced": _l("Email came back"),
    "EmailDelayed": _l("Email is held up on its way"),
    "EmailWithheld": _l("Email not sent: the address takes none"),
    "ComplaintReceived": _l("Recipient reported an email as unwanted"),
    "SuppressionLifted": _l("Emails may go to the address again"),
    "Unsubscribed": _l("Summary switched off"),
    "SubscribedAgain": _l("Summary switched on again"),
}


def problem(code: str | None) -> str:
    """In words where there are some; a code of SMTP stands for itself."""
    return str(PROBLEM.get(code or "", code or ""))


def event_title(name: str) -> str:
    """What happened; an unknown event stands for itself."""
    return str(EVENTS.get(name, name))


def actors(codes: Iterable[str]) -> dict[str, str]:
    """Who did it: staff and members by name, patients and timers by what they are."""
    codes = set(codes)
    people = {code: UUID(code.partition(":")[2]) for code in codes if ":" in code}
    names = names_of(people.values())
    kinds = {
        "patient": _("the patient"),
        "clinic": _("the clinic"),
        "timer": _("a timer"),
        "worker": _("a timer"),
        "relay": _("the mail server"),
        "system": _("the site"),
        "anonymous": _("a visitor"),
        "keeper": _("the administrator"),
    }
    return {code: names.get(people[code], code) if code in people else kinds.get(code, code) for code in codes}
