"""Words of the answers to the health question."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Words

CONDITIONS: Table[LazyString] = Table(
    pregnancy=Words(
        form=_("I am pregnant, or might be"),
        clinic=_("Pregnant, or might be"),
        operator=_("Pregnant, or might be"),
    ),
    breastfeeding=Words(
        form=_("I am breastfeeding"),
        clinic=_("Breastfeeding"),
        operator=_("Breastfeeding"),
    ),
    infection=Words(
        form=_("I have an infection, rash or sore skin where I want treatment"),
        clinic=_("Infection, rash or sore skin where treatment is wanted"),
        operator=_("Infection, rash or sore skin where treatment is wanted"),
    ),
    allergy=Words(
        form=_("I have had an allergic reaction to an injection, cosmetic or medicine"),
        clinic=_("Allergic reaction to an injection, cosmetic or medicine"),
        operator=_("Allergic reaction to an injection, cosmetic or medicine"),
    ),
    skin_condition=Words(
        form=_("I have eczema, psoriasis or another autoimmune skin condition"),
        clinic=_("Eczema, psoriasis or another autoimmune skin condition"),
        operator=_("Eczema, psoriasis or another autoimmune skin condition"),
    ),
    blood_thinner=Words(
        form=_("I take a medicine that thins my blood"),
        clinic=_("Takes a blood thinner"),
        operator=_("Takes a blood thinner"),
    ),
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
# What stands below one of them in the form.
EXAMPLES = {"blood_thinner": _("For example warfarin, apixaban or daily aspirin. Do not stop taking it")}
