"""Words of a quote: its states, who treats, what is included, and why a price is right."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Words, everyone, staff

QUOTE_STATES: Table[Tag] = Table(
    held=Words(clinic=(_("Held"), "warn"), patient=(_("Held"), "warn")),
    sent=Words(clinic=(_("Open"), "info"), patient=(_("Open"), "info")),
    superseded=Words(clinic=(_("Replaced"), None), patient=(_("Replaced"), None)),
    withdrawn=Words(clinic=(_("Withdrawn"), None), patient=(_("Withdrawn"), None)),
    expired=Words(clinic=(_("Expired"), "warn"), patient=(_("Expired"), "warn")),
    chosen=Words(clinic=(_("Chosen"), "ok"), patient=(_("Chosen"), "ok")),
    not_chosen=Words(clinic=(_("Not chosen"), None), patient=(_("Not chosen"), None)),
)
PRACTITIONER_ROLES: Table[LazyString] = Table(
    dermatologist=everyone(_("Dermatologist")),
    doctor=everyone(_("Other doctor")),
    nurse=everyone(_("Nurse under a doctor")),
    other=everyone(_("Other")),
)
INCLUDED: Table[LazyString] = Table(
    hotel=everyone(_("Hotel")),
    transfer=everyone(_("Airport transfer")),
    interpreter=everyone(_("Interpreter")),
    numbing=everyone(_("Numbing cream")),
    aftercare_kit=everyone(_("Aftercare kit")),
    follow_up=everyone(_("Follow-up")),
)
PRICE_REASONS: Table[LazyString] = Table(
    larger_area=staff(_("A larger area or a longer session than usual")),
    product=staff(_("A product that costs more or less")),
    practitioner=staff(_("Treated by a more, or a less, experienced person")),
    combined=staff(_("Combined with another treatment")),
    reduced=staff(_("A reduced price for this patient")),
    new_prices=staff(_("Our price list has changed")),
)
