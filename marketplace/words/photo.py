"""Words of a photo that cannot be taken: why, as the patient reads it."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Words

PHOTO_REFUSALS: Table[LazyString] = Table(
    not_a_picture=Words(patient=_("The selected file must be a JPG, PNG, HEIC or WebP")),
    animated=Words(patient=_("The selected file must be one picture, not several in a row")),
    too_large=Words(patient=_("The selected file must be smaller than 10 MB")),
    too_many_pixels=Words(
        patient=_("The selected file has too many pixels. Send it at medium size, or take a screenshot of it")
    ),
    empty=Words(patient=_("The selected file is empty")),
    damaged=Words(patient=_("The selected file could not be read. Choose another, or save it again")),
    busy=Words(patient=_("The selected file could not be uploaded. Try again")),
    too_many=Words(patient=_("You can only select up to 4 photos")),
)
