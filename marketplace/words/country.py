"""Words of the facts on a country's page: the name of each, and what to ask for where no official page was read."""

from flask_babel import lazy_gettext as _

from marketplace.words.table import Table, Titled, Words

# The name of the fact, and what the clinic is asked for where no official page was read.
COUNTRY_FACTS: Table[Titled] = Table(
    injecting=Words(
        patient=(
            _("Who may inject"),
            _("the name and profession of the person who will treat you, and the rule that allows it"),
        )
    ),
    register=Words(
        patient=(
            _("Where to look a person up"),
            _("the name of the public register, its address and the number of the person who will treat you"),
        )
    ),
    clinic_licence=Words(
        patient=(_("Licence of a clinic"), _("its licence, who gave it, its number and its last day")),
    ),
    product_authority=Words(
        patient=(
            _("Authority for products"),
            _("the name and maker of the product, and the authority that registered it for this use"),
        )
    ),
    complaints=Words(
        patient=(
            _("Where to complain"),
            _("the body that hears complaints about it, the languages it takes them in and its time limit"),
        )
    ),
    emergency=Words(
        patient=(
            _("Emergency number"),
            _("the number to call for an ambulance, and the number of a doctor of the clinic outside its hours"),
        )
    ),
)
