"""Words of the answers to the health question that no treatment has of its own."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Words

CONDITIONS: Table[LazyString] = Table(
    unsure=Words(
        form=_("I'm not sure"),
        clinic=_("Not sure whether any condition applies"),
        operator=_("Not sure whether any condition applies"),
    ),
    tell_clinic=Words(
        form=_("I'd rather tell the clinic myself"),
        clinic=_("Would rather tell you in person"),
        operator=_("Would rather tell the clinic in person"),
    ),
    none=Words(
        form=_("None of these"),
        clinic=_("None of the conditions we ask about"),
        operator=_("None of the conditions we ask about"),
    ),
)
