"""The story of the product: what follows when something has happened.

A reaction does two things only: it puts an email into the outbox or defers a job. Both are rows of the transaction
in which the thing happened, so nothing follows before the commit and nothing is lost after it.
"""

from marketplace.accounts import actions as account
from marketplace.aftercare import events as aftercare
from marketplace.backups import archive as backup
from marketplace.clinics import events as clinic
from marketplace.clinics import facets as clinic_jobs
from marketplace.foundation.audit import log as audit_log
from marketplace.foundation.audit.log import Event, Listener
from marketplace.foundation.security import limits
from marketplace.leads import events as lead
from marketplace.mail import account_emails as to_account
from marketplace.mail import aftercare_emails as to_patient_after
from marketplace.mail import change_notifications, quote_notifications
from marketplace.mail import clinic_emails as to_clinic
from marketplace.mail import events as email
from marketplace.mail import patient_emails as to_patient
from marketplace.quote_requests import events as request
from marketplace.quotes import events as quote
from marketplace.quotes import pending as quote_jobs
from marketplace.reviews import actions as review

REACTIONS: dict[type[Event], tuple[Listener, ...]] = {
    # A patient asks
    request.RequestSubmitted: (to_patient.confirm_request,),
    request.RequestRepeated: (to_patient.request_open_already,),
    request.ConfirmationResent: (to_patient.confirm_request,),
    request.RequestRewritten: (),
    request.RequestAddressCorrected: (to_patient.confirm_request,),
    request.ConfirmationReminded: (to_patient.confirm_again,),
    request.ConfirmationHeldBack: (),  # operators read it; the page says nothing
    request.RequestConfirmed: (to_patient.request_sent,),
    request.NoClinicFound: (),  # operators read it as a coverage gap
    request.ClinicsAvailable: (to_patient.clinics_available,),
    request.LinkAsked: (to_patient.access_link,),
    request.RequestChanged: (change_notifications.notify_clinics,),
    request.RequestPaused: (),
    request.RequestReopened: (),
    request.RequestClosed: (to_clinic.request_closed,),
    request.RequestExpired: (),
    request.RequestDeleted: (to_patient.request_deleted,),
    request.ReadOnlyLinkMade: (),
    request.ReadOnlyLinkEnded: (),
    request.RequestExported: (),
    request.ErasureAnnounced: (to_patient.deletion_announced,),
    request.RequestKept: (),
    request.AnswersRead: (),
    request.AnswersUnsealed: (),
    request.HealthForgotten: (),
    request.PhotosForgotten: (),
    request.RequestErased: (),
    # A clinic answers, or does not
    lead.LeadArrived: (to_clinic.new_request,),
    lead.LeadOpened: (),
    lead.QuestionAsked: (to_patient.clinic_asked,),
    lead.QuestionAnswered: (to_clinic.question_answered,),
    lead.ClinicReplied: (change_notifications.clinic_wrote,),
    lead.LeadDeclined: (to_patient.clinic_will_not_quote,),
    lead.LeadReminded: (to_clinic.leads_waiting,),
    lead.LeadExpired: (to_patient.clinic_will_not_quote,),
    lead.ClinicToldOfChanges: (),
    lead.LeadRevoked: (to_clinic.delete_data,),
    lead.LeadFrozen: (change_notifications.clinic_stopped,),
    lead.LeadThawed: (
        change_notifications.clinic_returned,
        to_clinic.undone_meanwhile,
        change_notifications.notify_clinic_again,
        quote_notifications.schedule,
    ),
    lead.ChosenClinicStopped: (change_notifications.clinic_stopped,),
    lead.ChosenClinicReturned: (change_notifications.clinic_returned,),
    lead.ConsentRevoked: (to_clinic.delete_part,),
    lead.ConsentGiven: (),  # the clinic sees it on the lead's page
    lead.DeletionChased: (to_clinic.delete_reminder,),
    lead.DeletionConfirmed: (),  # the patient reads it, where they look: there may be no address any more
    lead.LeadsExported: (),
    # Quotes go back
    quote.QuoteHeld: (quote_jobs.release_later,),
    quote.QuoteSent: (quote_notifications.schedule,),
    quote.QuoteRevised: (quote_notifications.schedule,),
    quote.QuoteWithdrawn: (change_notifications.quote_withdrawn,),
    quote.QuoteExpired: (),
    quote.QuoteDeclined: (to_clinic.quote_declined,),
    quote.DeclineUndone: (
        to_clinic.decline_undone,
        change_notifications.notify_clinic_again,
        quote_notifications.schedule,
    ),
    # After the first session
    aftercare.CheckInsBegun: (to_patient_after.first_session,),
    aftercare.FirstSessionAskedAgain: (to_patient_after.first_session,),
    aftercare.FirstSessionSet: (),
    aftercare.CheckInsStopped: (),
    aftercare.CheckInsOver: (),
    aftercare.CheckInAsked: (to_patient_after.check_in,),
    aftercare.CheckInAnswered: (),
    aftercare.CheckInMissed: (),
    aftercare.PriceAsked: (to_patient_after.price_kept,),
    aftercare.PriceAnswered: (),  # counted at once
    aftercare.SessionWritten: (),  # the patient reads it in the passport
    aftercare.PassportCodeMade: (),
    aftercare.PassportLooked: (),  # the patient reads when, beside the passport
    aftercare.ProblemTold: (to_clinic.patient_waits,),
    aftercare.ProblemReminded: (to_clinic.patient_waits,),
    aftercare.ProblemAnswered: (),  # the reply has its own email
    aftercare.ProblemOverdue: (to_patient_after.problem_unanswered,),
    aftercare.ProblemEnded: (),
    # The patient chooses
    quote.QuoteChosen: (to_patient.choice_made, to_clinic.chosen, to_clinic.not_chosen),
    quote.ChoiceUndone: (to_patient.choice_undone, to_clinic.clinic_choice_undone),
    quote.RequestSettled: (),
    # All of it at once
    backup.BackupMade: (),
    backup.BackupRestored: (),
    # Operators and checks
    clinic.ListingSubmitted: (),
    clinic.ListingPublished: (to_clinic.listing_published, clinic_jobs.count_again),
    clinic.ListingSentBack: (to_clinic.listing_sent_back,),
    clinic.ListingPaused: (clinic_jobs.count_again,),
    clinic.ListingResumed: (clinic_jobs.count_again,),
    clinic.ListingSuspended: (
        to_clinic.listing_suspended,
        clinic_jobs.count_again,
    ),
    clinic.ListingReinstated: (to_clinic.listing_reinstated, clinic_jobs.count_again),
    clinic.ListingClosed: (clinic_jobs.count_again,),
    clinic.MemberJoined: (),
    clinic.MemberInvited: (to_account.team_invitation,),
    clinic.InvitationHeldBack: (),  # operators read it; the page says nothing
    clinic.InvitationReplaced: (),
    clinic.InvitationCancelled: (),
    clinic.InvitationExpired: (),
    clinic.RoleChanged: (),
    clinic.MemberRemoved: (),
    clinic.MemberLeft: (),
    clinic.CheckSubmitted: (),
    clinic.CheckPassed: (),
    clinic.CheckRefused: (),
    clinic.CheckRevoked: (change_notifications.check_ended,),
    clinic.CheckExpired: (change_notifications.check_ended,),
    # What waits for an operator
    review.ReviewItemOpened: (),
    review.ReviewItemDecided: (),
    # Someone asks too often
    limits.LimitHit: (),  # operators read it as a sign of abuse
    # Who has access
    account.SignedIn: (),
    account.SignedOut: (),
    account.SessionsEnded: (),
    account.PasswordChanged: (),
    account.AddressChanged: (),  # the old address is told where it is still known: mail/account_emails.py
    account.SecondFactorChanged: (),
    account.AccountDeactivated: (),
    account.AccountReactivated: (),
    account.OperatorMade: (),
    # The administrator, and the site itself
    audit_log.CommandRun: (),
    audit_log.LogForgotten: (),
    audit_log.KeysRotated: (),
    # Emails come back, or are not wanted
    email.EmailFailed: (),  # operators read them in the outbox
    email.EmailBounced: (),
    email.EmailDelayed: (),
    email.EmailWithheld: (),
    email.ComplaintReceived: (),
    email.SuppressionLifted: (),
    email.Unsubscribed: (),
    email.SubscribedAgain: (),
}


def install() -> None:
    """Called once by the factory; an event without an entry fails where it is recorded."""
    audit_log.listeners.clear()
    audit_log.listeners.update(REACTIONS)
