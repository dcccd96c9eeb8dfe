"""Words of routing: what it decided of a clinic, and why. (Why a clinic declines a lead: `decline`.)"""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Words, everyone

ROUTING_OUTCOMES: Table[Tag] = Table(
    proposed=Words(operator=(_("Proposed"), "ok")),
    passed_over=Words(operator=(_("Passed over"), None)),
    ineligible=Words(operator=(_("Not eligible"), "warn")),
)
ROUTING_REASONS: Table[LazyString] = Table(
    asked_for=everyone(_("You started from this clinic's page")),
    likely_to_answer=everyone(_("Answers most requests and has room")),
    new_here=everyone(_("New here, checked, and has room")),
    ranked_lower=everyone(_("Eligible, but five others came first")),
    little_room=everyone(_("Eligible, but its few free places are kept for requests with fewer choices")),
    already_asked=everyone(_("Already has this request")),
    clinic_paused=everyone(_("Takes no requests at the moment")),
    not_published=everyone(_("Its listing is not published")),
    checks_not_current=everyone(_("A required check is missing or has expired")),
    procedure_not_offered=everyone(_("Does not offer this procedure")),
    other_country=everyone(_("Is in another country than those chosen")),
    home_not_accepted=everyone(_("Does not treat patients from this country")),
    no_shared_language=everyone(_("Speaks none of the languages given")),
    over_budget=everyone(_("Its lowest price is over the budget")),
    full=everyone(_("Has taken all the requests it can for now")),
)
