"""Words about a quote for its patient: what to be careful about, the question to ask, and where each comes from."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Titled, Words

# What to be careful about, and what to ask the clinic.
RED_FLAGS: Table[Titled] = Table(
    plan_cannot_be_done=Words(
        patient=(
            _("The sessions do not fit the trips at the spacing it states"),
            _("On which days is each session, and how many nights do I need?"),
        )
    ),
    too_many_trips=Words(
        patient=(
            _("It needs more trips than you said you could make"),
            _("Can the sessions be done in the trips I have?"),
        )
    ),
    price_unusual=Words(
        patient=(
            _("The price of a session is far from the usual one in this country"),
            _("What is in the price, and why does it differ from what others charge?"),
        )
    ),
    deposit_not_back=Words(
        patient=(
            _("The deposit is not paid back if the doctor decides on the day not to treat you"),
            _("Why do you keep it if you do not treat me, and can it be paid back?"),
        )
    ),
    deposit_unclear=Words(
        patient=(
            _("There is a deposit, but not what happens to it if the doctor decides on the day not to treat you"),
            _("Do I get the deposit back if the doctor decides on the day not to treat me?"),
        )
    ),
    nobody_named=Words(
        patient=(
            _("Nobody is named who treats you"),
            _("Who will treat me? Name, role, and number in which register?"),
        )
    ),
    product_undecided=Words(
        patient=(
            _("The product is not decided"),
            _("Which product will it be, who makes it, and when do I learn it?"),
        )
    ),
    nothing_if_wrong=Words(
        patient=(
            _("It does not say what happens if something goes wrong"),
            _("What happens if something goes wrong after I am home? Who answers, and who pays?"),
        )
    ),
    rise_unclear=Words(
        patient=(
            _("It does not say by how much the price may rise after you are examined"),
            _("By how much could the price change after you have seen me?"),
        )
    ),
)
RED_FLAG_SOURCES: Table[LazyString] = Table(
    plan=Words(patient=_("the quote's own sessions, spacing and trips")),
    request=Words(patient=_("the trips in your request")),
    prices=Words(patient=_("the price ranges on our cost page")),
    guide=Words(patient=_("“What to ask a clinic” in our guide")),
)
