"""Words of a lead and its quotes: states, a clinic's inbox, reasons of routing, declines and right prices."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Titled, Words, everyone, selectable, staff

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
# The patient's label of a lead or a quote that the patient declined.
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


ROUTING_OUTCOMES: Table[Tag] = Table(
    proposed=Words(operator=(_("Proposed"), "ok")),
    passed_over=Words(operator=(_("Passed over"), None)),
    ineligible=Words(operator=(_("Not eligible"), "warn")),
)
ROUTING_REASONS: Table[LazyString] = Table(
    asked_for=everyone(_("You started from this clinic's page")),
    likely_to_answer=everyone(_("Answers most requests and has room")),
    new_here=everyone(_("New here, checked, and has room")),
    ranked_lower=Words(
        patient=_("Fits your answers, but five others were likelier to answer or had more room"),
        clinic=_("Eligible, but five others came first"),
        operator=_("Eligible, but five others came first"),
    ),
    little_room=Words(
        patient=_("Fits your answers, but its few free places are kept for people with fewer choices"),
        clinic=_("Eligible, but its few free places are kept for requests with fewer choices"),
        operator=_("Eligible, but its few free places are kept for requests with fewer choices"),
    ),
    already_asked=everyone(_("Already has this request")),
    clinic_paused=everyone(_("Takes no requests at the moment")),
    not_published=everyone(_("Its listing is not published")),
    checks_not_current=everyone(_("A required check is missing or has expired")),
    procedure_not_offered=everyone(_("Does not offer this procedure")),
    other_country=Words(
        patient=_("Is in a country you did not choose"),
        clinic=_("Is in another country than those chosen"),
        operator=_("Is in another country than those chosen"),
    ),
    home_not_accepted=Words(
        patient=_("Does not treat people from your country"),
        clinic=_("Does not treat patients from this country"),
        operator=_("Does not treat patients from this country"),
    ),
    no_shared_language=Words(
        patient=_("Speaks none of your languages"),
        clinic=_("Speaks none of the languages given"),
        operator=_("Speaks none of the languages given"),
    ),
    over_budget=Words(
        patient=_("Its lowest price is over your budget"),
        clinic=_("Its lowest price is over the budget"),
        operator=_("Its lowest price is over the budget"),
    ),
    full=everyone(_("Has taken all the requests it can for now")),
    not_looked_at=Words(
        patient=_("For one of these reasons, too, not counted one by one"),
        clinic=_("Further down the list of clinics, not looked at one by one"),
        operator=_("Further down the list of clinics, not looked at one by one"),
    ),
)
# What of a proposed clinic differs from others, for the patient to choose by.
PROPOSAL_FACTS: Table[LazyString] = Table(
    asked_for=Words(patient=_("you started from its page")),
    languages=Words(patient=_("speaks %(languages)s")),
    within_budget=Words(patient=_("within your budget")),
    over_budget=Words(patient=_("%(amount)s over your budget")),
    price_within_budget=Words(patient=_("within your budget without travel")),
    price_over_budget=Words(patient=_("%(amount)s over your budget without travel")),
    replies=Words(patient=_("answers in %(time)s")),
    new_here=Words(patient=_("new here, without reply times yet")),
    expected=Words(patient=_("likely to answer %(n)s of 100 requests")),
    free=Words(patient=_("all its places free")),
    taken=Words(patient=_("%(n)s%% of its places taken")),
    nearly_full=Words(patient=_("nearly full, so it may have no room left when you confirm")),
)
# What a patient can change so that a clinic that was refused for this reason may fit.
ROUTING_CHANGES: Table[LazyString] = Table(
    other_country=Words(patient=_("Change where you would travel")),
    no_shared_language=Words(patient=_("Change your languages")),
    over_budget=Words(patient=_("Change your budget, or do not show it to clinics")),
    procedure_not_offered=Words(patient=_("Change what you would like help with")),
)


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
# A patient selects what has words for the form; the others were offered before, and clinics still read them.
QUOTE_DECLINES: Table[LazyString] = Table(
    price=selectable(_("The price")),
    trips=selectable(_("The trips or their dates")),
    product=selectable(_("The product")),
    person=selectable(_("Who treats")),
    not_now=selectable(_("No treatment for now, or somewhere else")),
    dates=everyone(_("The dates")),
    elsewhere=everyone(_("An offer elsewhere")),
)


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
