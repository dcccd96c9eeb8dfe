"""Codes in the words of a clinic, where they differ from the patient's."""

from flask_babel import lazy_gettext as _l

from marketplace.clinics import reasons
from marketplace.quote_requests.states import PAUSING
from marketplace.web import words

# The label of a state, and how its tag is drawn.
LEAD = {
    "new": (_l("New"), "info"),
    "opened": (_l("Opened"), "info"),
    "asked": (_l("Question sent"), "warn"),
    "quoted": (_l("Quoted"), "ok"),
    "declined": (_l("Declined"), None),
    "expired": (_l("Late"), "bad"),
    "won": (_l("Chosen"), "ok"),
    "lost": (_l("Closed"), None),
    "revoked": (_l("Taken back"), "bad"),
    "frozen": (_l("Frozen"), "bad"),
}
# What a clinic is to delete, by the purpose whose consent was revoked.
TO_DELETE = {
    "request": _l("All of the request: name, wishes, questions, messages, and contact details where you have them"),
    "health": _l("Health answers"),
    "photos": _l("Photos"),
}
TABS = {
    "new": _l("To answer"),
    "waiting": _l("Waiting"),
    "quoted": _l("Quoted"),
    "won": _l("Chosen"),
    "closed": _l("Closed"),
}
EMPTY = {
    "new": (_l("No request waits for you"), _l("New requests come by email and appear here.")),
    "waiting": (
        _l("Nothing waits for others"),
        _l("Requests with a question of yours, or a first quote about to go out, stand here."),
    ),
    "quoted": (_l("No quote is open"), _l("Quotes you sent stay here until the patient chooses.")),
    "won": (_l("No patient has chosen you yet"), _l("When one does, the contact details appear here.")),
    "closed": (_l("Nothing is closed"), _l("Requests that ended appear here.")),
}
NO_UNREAD = (
    _l("Every message is read"),
    _l("When a patient writes, the request stands here until one of you opens it."),
)
CONDITIONS = {
    "pregnancy": _l("Pregnant, or might be"),
    "breastfeeding": _l("Breastfeeding"),
    "infection": _l("Infection, rash or sore skin where treatment is wanted"),
    "allergy": _l("Allergic reaction to an injection, cosmetic or medicine"),
    "skin_condition": _l("Eczema, psoriasis or another autoimmune skin condition"),
    "blood_thinner": _l("Takes a blood thinner"),
    "unsure": _l("Not sure whether any condition applies"),
    "tell_clinic": _l("Would rather tell you in person"),
    "none": _l("None of the conditions we ask about"),
}
CARE = PAUSING
DECLINES = {
    "health": _l("Not suitable on health grounds"),
    "no_dates": _l("No appointments at that time"),
    "not_our_treatment": _l("We do not offer this treatment"),
    "language": _l("We do not speak the patient's languages"),
}
LOST = {
    "chosen_other": _l("The patient chose another clinic."),
    "closed": _l("The patient has closed the request."),
    "expired": _l("The request has expired: after 90 days nobody was chosen."),
}
SCOPES = {"treatment": _l("treatment only"), "everything": _l("everything including travel")}
LISTING, CHECK_KIND = words.LISTING_STATES, reasons.CHECK_KIND
CHECK = words.CHECK_STATES | {"submitted": (_l("We are looking at it"), "info")}
TEAM = {"owner": _l("Owner"), "member": _l("Member")}
