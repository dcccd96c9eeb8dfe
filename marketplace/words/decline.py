"""Words of a no: why a clinic declines a lead or withdraws its quote, and why a patient declines a quote."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Words, everyone

# A clinic selects them; the patient reads them after the clinic's name.
LEAD_DECLINES: Table[LazyString] = Table(
    health=Words(
        clinic=_("Not suitable on health grounds"),
        patient=_("not suitable on health grounds"),
        operator=_("not suitable on health grounds"),
    ),
    no_dates=Words(
        clinic=_("No appointments at that time"),
        patient=_("no appointments at that time"),
        operator=_("no appointments at that time"),
    ),
    not_our_treatment=Words(
        clinic=_("We do not offer this treatment"),
        patient=_("does not offer this treatment"),
        operator=_("does not offer this treatment"),
    ),
    language=Words(
        clinic=_("We do not speak the patient's languages"),
        patient=_("no shared language"),
        operator=_("no shared language"),
    ),
)
QUOTE_WITHDRAWALS: Table[LazyString] = Table(
    mistake=Words(
        clinic=_("There is a mistake in it"),
        patient=_("there was a mistake in it"),
        operator=_("There is a mistake in it"),
    ),
    price=Words(
        clinic=_("Our price has changed"),
        patient=_("its price has changed"),
        operator=_("Our price has changed"),
    ),
    no_dates=Words(
        clinic=_("We have no appointments left at that time"),
        patient=_("it has no appointments left at that time"),
        operator=_("We have no appointments left at that time"),
    ),
    cannot_treat=Words(
        clinic=_("We cannot treat this patient after all"),
        patient=_("it cannot treat you after all"),
        operator=_("We cannot treat this patient after all"),
    ),
)
QUOTE_DECLINES: Table[LazyString] = Table(
    price=everyone(_("The price")),
    dates=everyone(_("The dates")),
    trips=everyone(_("Too many trips, or too far")),
    product=everyone(_("The product")),
    person=everyone(_("Who treats")),
    elsewhere=everyone(_("An offer elsewhere")),
    not_now=everyone(_("No treatment for now")),
)
