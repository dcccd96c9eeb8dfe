"""Words of what cannot be done with a request as things stand: a title, and the sentence below it."""

from flask_babel import lazy_gettext as _

from marketplace.words.table import Table, Titled, Words

REFUSALS: Table[Titled] = Table(
    undo_over=Words(patient=(_("This cannot be undone any more"), _("The time in which it could be undone is over."))),
    clinic_stopped=Words(
        patient=(_("This clinic cannot go on at the moment"), _("Your request page says why.")),
    ),
    consent_changed=Words(
        patient=(_("The sentence to agree to has changed"), _("Nothing was stored. Read it again.")),
    ),
    clinics_changed=Words(
        patient=(_("The clinics have changed"), _("Nothing was sent or stored. Look at the page again.")),
    ),
    no_health_answers=Words(
        patient=(_("There are no health answers"), _("They are deleted, so they cannot be sent.")),
    ),
)
QUOTE_REFUSED: Titled = (
    _("This quote is not open any more"),
    _("Your request page shows the quotes that are open."),
)
LEAD_REFUSED: Titled = (
    _("Your request is not open at this clinic"),
    _("Your request page says how it ended there."),
)
# By the state of the request, where the refusal is about that.
REFUSING_STATES: Table[Titled] = Table(
    unconfirmed=Words(
        patient=(_("Your request is not confirmed yet"), _("Open the link in our email first.")),
    ),
    open=Words(
        patient=(_("Your request is open"), _("Your request page shows what can be done with it.")),
    ),
    paused=Words(
        patient=(_("Your request is paused"), _("Open it again on its page first.")),
    ),
    chosen=Words(
        patient=(
            _("You have chosen a clinic"),
            _("This cannot be done while a clinic is chosen. As long as the choice can be undone, its page says so."),
        ),
    ),
    settled=Words(
        patient=(_("You have chosen a clinic"), _("The choice stands, and nothing else can be changed.")),
    ),
    closed=Words(
        patient=(_("Your request is closed"), _("You can still read what you got.")),
    ),
    expired=Words(
        patient=(_("Your request has ended"), _("You can still read what you got.")),
    ),
    withdrawn=Words(
        patient=(_("Your request is deleted"), _("Nothing can be done with it any more.")),
    ),
)
