"""Words of a lead: its states, how it was lost, and the lists of a clinic's inbox."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Titled, Words

LEAD_STATES: Table[Tag] = Table(
    new=Words(patient=(_("Sent"), "info"), clinic=(_("New"), "info"), operator=(_("New"), "info")),
    opened=Words(patient=(_("Opened"), "info"), clinic=(_("Opened"), "info"), operator=(_("Opened"), "info")),
    asked=Words(
        patient=(_("Question for you"), "warn"),
        clinic=(_("Question sent"), "warn"),
        operator=(_("Question sent"), "warn"),
    ),
    quoted=Words(patient=(_("Quote received"), "ok"), clinic=(_("Quoted"), "ok"), operator=(_("Quoted"), "ok")),
    declined=Words(patient=(_("Declined"), "bad"), clinic=(_("Declined"), None), operator=(_("Declined"), None)),
    expired=Words(patient=(_("No answer"), "bad"), clinic=(_("Late"), "bad"), operator=(_("No answer"), "bad")),
    won=Words(patient=(_("Chosen"), "ok"), clinic=(_("Chosen"), "ok"), operator=(_("Chosen"), "ok")),
    lost=Words(patient=(_("Ended"), None), clinic=(_("Closed"), None), operator=(_("Not chosen"), None)),
    revoked=Words(
        patient=(_("Told to delete"), None), clinic=(_("Taken back"), "bad"), operator=(_("Taken back"), None)
    ),
    frozen=Words(patient=(_("Stopped"), "bad"), clinic=(_("Frozen"), "bad"), operator=(_("Frozen"), "bad")),
)
# A lead or a quote that ended by the patient's own no: what the patient calls it.
DECIDED_AGAINST: Tag = (_("You decided against it"), None)
LEAD_ENDINGS: Table[LazyString] = Table(
    chosen_other=Words(clinic=_("The patient chose another clinic.")),
    closed=Words(clinic=_("The patient has closed the request.")),
    expired=Words(clinic=_("The request has expired: after 90 days nobody was chosen.")),
)
INBOX_TABS: Table[LazyString] = Table(
    new=Words(clinic=_("To answer")),
    waiting=Words(clinic=_("Waiting")),
    quoted=Words(clinic=_("Quoted")),
    won=Words(clinic=_("Chosen")),
    closed=Words(clinic=_("Closed")),
)
EMPTY_INBOX: Table[Titled] = Table(
    new=Words(clinic=(_("No request waits for you"), _("New requests come by email and appear here."))),
    waiting=Words(
        clinic=(
            _("Nothing waits for others"),
            _("Requests with a question of yours, or a first quote about to go out, stand here."),
        )
    ),
    quoted=Words(clinic=(_("No quote is open"), _("Quotes you sent stay here until the patient chooses."))),
    won=Words(clinic=(_("No patient has chosen you yet"), _("When one does, the contact details appear here."))),
    closed=Words(clinic=(_("Nothing is closed"), _("Requests that ended appear here."))),
    unread=Words(
        clinic=(
            _("Every message is read"),
            _("When a patient writes, the request stands here until one of you opens it."),
        )
    ),
)
