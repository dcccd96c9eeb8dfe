"""Words of events and emails, as operators read them: what happened, by whom, its code, and why nothing was sent."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.lead import LEAD_DECLINES, QUOTE_WITHDRAWALS
from marketplace.words.listing import CHECK_KINDS, LISTING_REASONS, TEAM_ROLES
from marketplace.words.request import SEALED_PARTS
from marketplace.words.table import Table, Tag, Words

EVENTS: Table[LazyString] = Table(
    RequestSubmitted=Words(operator=_("Request sent, waiting for its confirmation")),
    RequestRepeated=Words(operator=_("Asked again for the same")),
    ConfirmationResent=Words(operator=_("Confirmation asked for again")),
    RequestRewritten=Words(operator=_("Back to the answers before confirming")),
    RequestAddressCorrected=Words(operator=_("Address corrected before confirming")),
    ConfirmationHeldBack=Words(operator=_("No more mail to this address for now")),
    LimitHit=Words(operator=_("Asked too often, and stopped")),
    ConfirmationReminded=Words(operator=_("Reminded to confirm")),
    RequestConfirmed=Words(operator=_("Address confirmed, request open")),
    NoClinicFound=Words(operator=_("No clinic was eligible or had room")),
    LinkAsked=Words(operator=_("New link asked for")),
    RequestChanged=Words(operator=_("Answers changed")),
    RequestPaused=Words(operator=_("Request paused")),
    RequestReopened=Words(operator=_("Request open again")),
    RequestClosed=Words(operator=_("Request closed")),
    RequestDeleted=Words(operator=_("Request withdrawn")),
    RequestExpired=Words(operator=_("Request expired without a choice")),
    AnswersRead=Words(operator=_("Sealed answers read")),
    AnswersUnsealed=Words(operator=_("Health answers and photos opened by staff")),
    ClinicsAvailable=Words(operator=_("Told that a clinic fits now")),
    HealthForgotten=Words(operator=_("Health answers and photos deleted")),
    PhotosForgotten=Words(operator=_("Photos deleted")),
    RequestErased=Words(operator=_("Request erased")),
    LeadArrived=Words(operator=_("Request reached the clinic")),
    LeadOpened=Words(operator=_("Clinic looked at it")),
    QuestionAsked=Words(operator=_("Clinic asked its question")),
    QuestionAnswered=Words(operator=_("Patient answered")),
    ClinicReplied=Words(operator=_("Clinic replied to the patient")),
    LeadDeclined=Words(operator=_("Clinic declined")),
    LeadReminded=Words(operator=_("Clinic reminded")),
    LeadExpired=Words(operator=_("Clinic did not answer in time")),
    ClinicToldOfChanges=Words(operator=_("Clinic told which answers changed")),
    LeadRevoked=Words(operator=_("Clinic told to delete its copy")),
    LeadFrozen=Words(operator=_("Frozen: the clinic may not go on")),
    LeadThawed=Words(operator=_("Thawed: the clinic may go on again")),
    ChosenClinicStopped=Words(operator=_("The chosen clinic may not go on")),
    ChosenClinicReturned=Words(operator=_("The chosen clinic may go on again")),
    ConsentRevoked=Words(operator=_("Patient revoked a part of the consent")),
    ConsentGiven=Words(operator=_("Patient gave a part of the consent anew")),
    DeletionChased=Words(operator=_("Clinic asked again to confirm the deletion")),
    DeletionConfirmed=Words(operator=_("Clinic confirmed the deletion")),
    LeadsExported=Words(operator=_("Clinic took its requests along as a file")),
    QuoteHeld=Words(operator=_("Quote written, can be undone")),
    QuoteSent=Words(operator=_("Quote sent")),
    QuoteRevised=Words(operator=_("Quote revised")),
    QuoteWithdrawn=Words(operator=_("Quote withdrawn")),
    QuoteExpired=Words(operator=_("Quote expired")),
    QuoteChosen=Words(operator=_("Quote chosen")),
    QuoteDeclined=Words(operator=_("Quote declined by the patient")),
    DeclineUndone=Words(operator=_("Decline undone, the quote stands again")),
    ChoiceUndone=Words(operator=_("Choice undone")),
    RequestSettled=Words(operator=_("Choice settled")),
    CheckInsBegun=Words(operator=_("Check-ins begun")),
    FirstSessionAskedAgain=Words(operator=_("Asked again for the first session")),
    FirstSessionSet=Words(operator=_("First session named by the patient")),
    CheckInsStopped=Words(operator=_("Check-ins stopped")),
    CheckInsOver=Words(operator=_("Check-ins over")),
    CheckInAsked=Words(operator=_("Patient asked how it is")),
    CheckInAnswered=Words(operator=_("Patient said how it is")),
    CheckInMissed=Words(operator=_("Patient did not say how it is")),
    PriceAsked=Words(operator=_("Patient asked whether the price was kept")),
    PriceAnswered=Words(operator=_("Patient said whether the price was kept")),
    SessionWritten=Words(operator=_("Session written into the passport")),
    PassportCodeMade=Words(operator=_("Code for the passport made")),
    PassportLooked=Words(operator=_("Passport opened with a code")),
    ProblemTold=Words(operator=_("Patient told the clinic of a problem")),
    ProblemReminded=Words(operator=_("Clinic reminded of a problem")),
    ProblemAnswered=Words(operator=_("Clinic answered a problem")),
    ProblemOverdue=Words(operator=_("Clinic did not answer a problem in time")),
    ProblemEnded=Words(operator=_("Problem ended without an answer")),
    ListingSubmitted=Words(operator=_("Listing sent to review")),
    ListingPublished=Words(operator=_("Listing published")),
    ListingSentBack=Words(operator=_("Listing sent back")),
    ListingPaused=Words(operator=_("Listing paused")),
    ListingResumed=Words(operator=_("Listing open again")),
    ListingSuspended=Words(operator=_("Listing suspended")),
    ListingReinstated=Words(operator=_("Listing reinstated")),
    ListingClosed=Words(operator=_("Listing closed")),
    CheckSubmitted=Words(operator=_("Evidence received")),
    CheckPassed=Words(operator=_("Check passed")),
    CheckRefused=Words(operator=_("Check refused")),
    CheckRevoked=Words(operator=_("Check revoked")),
    CheckExpired=Words(operator=_("Check expired")),
    ReviewItemOpened=Words(operator=_("Put before an operator")),
    ReviewItemDecided=Words(operator=_("A point for review was closed")),
    ReadOnlyLinkMade=Words(operator=_("Patient made a link to read the quotes")),
    ReadOnlyLinkEnded=Words(operator=_("Patient took a link to read the quotes back")),
    RequestExported=Words(operator=_("Patient took everything along")),
    ErasureAnnounced=Words(operator=_("Patient was told of the coming deletion")),
    RequestKept=Words(operator=_("Patient keeps the ended request")),
    MemberJoined=Words(operator=_("Member joined a team")),
    MemberInvited=Words(operator=_("Invited into a team")),
    InvitationHeldBack=Words(operator=_("No more invitations to this address for now")),
    InvitationReplaced=Words(operator=_("Invited anew")),
    InvitationCancelled=Words(operator=_("Invitation cancelled")),
    InvitationExpired=Words(operator=_("Invitation not accepted in time")),
    RoleChanged=Words(operator=_("Role in a team changed")),
    MemberRemoved=Words(operator=_("Member removed from a team")),
    MemberLeft=Words(operator=_("Member left a team")),
    SignedIn=Words(operator=_("Signed in")),
    SignedOut=Words(operator=_("Signed out")),
    SessionsEnded=Words(operator=_("Signed out everywhere")),
    PasswordChanged=Words(operator=_("Password changed")),
    AddressChanged=Words(operator=_("Email address changed")),
    SecondFactorChanged=Words(operator=_("Second factor changed")),
    AccountDeactivated=Words(operator=_("Account deactivated")),
    AccountReactivated=Words(operator=_("Account reactivated")),
    OperatorMade=Words(operator=_("Operator made")),
    BackupMade=Words(operator=_("Backup made")),
    BackupRestored=Words(operator=_("Backup restored")),
    CommandRun=Words(operator=_("Command run")),
    KeysRotated=Words(operator=_("Keys rotated")),
    LogForgotten=Words(operator=_("Log of long ago deleted")),
    EmailFailed=Words(operator=_("Email could not be sent")),
    EmailBounced=Words(operator=_("Email came back")),
    EmailDelayed=Words(operator=_("Email is held up on its way")),
    EmailWithheld=Words(operator=_("Email not sent: the address takes none")),
    ComplaintReceived=Words(operator=_("Recipient reported an email as unwanted")),
    SuppressionLifted=Words(operator=_("Emails may go to the address again")),
    Unsubscribed=Words(operator=_("Summary switched off")),
    SubscribedAgain=Words(operator=_("Summary switched on again")),
)
ACTORS: Table[LazyString] = Table(
    patient=Words(operator=_("the patient")),
    clinic=Words(operator=_("the clinic")),
    timer=Words(operator=_("a timer")),
    worker=Words(operator=_("a timer")),
    relay=Words(operator=_("the mail server")),
    system=Words(operator=_("the site")),
    anonymous=Words(operator=_("a visitor")),
    keeper=Words(operator=_("the administrator")),
)
_WITHDRAWAL_ENDINGS: Mapping[str, LazyString] = {
    "undone": _("Undone"),
    "request_ended": _("The request had ended"),
}
# What the code of an event means, by the event; most codes are of one event only.
EVENT_CODES: Mapping[str, Mapping[str, LazyString]] = {
    "AnswersRead": SEALED_PARTS.operator,
    "LeadDeclined": LEAD_DECLINES.operator,
    "QuoteWithdrawn": {**_WITHDRAWAL_ENDINGS, **QUOTE_WITHDRAWALS.operator},
    "SecondFactorChanged": {"on": _("Switched on"), "off": _("Switched off"), "codes": _("New recovery codes")},
    "PasswordChanged": {"reset": _("By a link"), "change": _("By its owner")},
    **dict.fromkeys(
        ("CheckSubmitted", "CheckPassed", "CheckRefused", "CheckRevoked", "CheckExpired"), CHECK_KINDS.operator
    ),
    **dict.fromkeys(("MemberJoined", "RoleChanged", "MemberInvited"), TEAM_ROLES.operator),
    **dict.fromkeys(("ListingSentBack", "ListingSuspended"), LISTING_REASONS.operator),
}


def event_title(name: str) -> str:
    """Returns what happened in words; the name of an event that is no longer recorded as it is."""
    return str(EVENTS.operator.get(name, name))


def joined_codes(codes: Sequence[str]) -> str:
    """Returns several codes as one event's `reason`, as `code_text` reads it."""
    return ",".join(codes)


def code_text(name: str, code: str | None) -> str:
    """Returns an event's codes in words; a reference or the name of a command as it is."""
    known = EVENT_CODES.get(name, {})
    return "; ".join(str(known.get(each, each)) for each in (code or "").split(","))


EMAIL_STATES: Table[Tag] = Table(
    waiting=Words(operator=(_("Waiting"), "info")),
    sent=Words(operator=(_("Sent"), "ok")),
    failed=Words(operator=(_("Failed"), "bad")),
    bounced=Words(operator=(_("Bounced"), "bad")),
    suppressed=Words(operator=(_("Not sent"), None)),
)
# Why an email was not sent or came back, where it is not a code of SMTP.
EMAIL_PROBLEMS: Table[LazyString] = Table(
    bounce=Words(operator=_("an earlier email came back")),
    complaint=Words(operator=_("the recipient reported our mail")),
    unsubscribed=Words(operator=_("switched off by the recipient")),
    erased=Words(operator=_("the request is erased")),
    confirmed=Words(operator=_("confirmed meanwhile")),
    link_ended=Words(operator=_("replaced by a newer link")),
    invitation_ended=Words(operator=_("the invitation has ended")),
    timeout=Words(operator=_("no answer in time")),
    refused=Words(operator=_("no server listens")),
    disconnected=Words(operator=_("the server hung up")),
    unreachable=Words(operator=_("the server cannot be reached")),
    tls=Words(operator=_("no trusted encryption")),
    unsendable=Words(operator=_("cannot be written as an email")),
    gave_up=Words(operator=_("3 days are over")),
)
SUPPRESSIONS: Table[LazyString] = Table(
    bounce=Words(operator=_("An email came back")),
    complaint=Words(operator=_("The recipient reported an email")),
    unsubscribed=Words(operator=_("Switched off by the recipient")),
)
# Why an operator lets emails go to an address again.
LIFT_REASONS: Table[LazyString] = Table(
    works_again=Words(operator=_("The address works again")),
    wrong_report=Words(operator=_("The report was wrong")),
    asked_for=Words(operator=_("The person asked for our emails")),
)
EMAIL_AUDIENCES: Table[LazyString] = Table(
    patient=Words(operator=_("Patient")),
    clinic=Words(operator=_("Clinic")),
    operator=Words(operator=_("Operator")),
    account=Words(operator=_("Account")),
)


def email_problem(code: str | None) -> str:
    """Returns the problem in words; an SMTP code without words as it is."""
    return str(EMAIL_PROBLEMS.operator.get(code or "", code or ""))
