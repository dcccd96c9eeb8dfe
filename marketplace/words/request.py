"""Words of a request: its states and answers, why a photo is refused, its purposes, and its refusals."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Titled, Words, everyone

REQUEST_STATES: Table[Tag] = Table(
    draft=Words(patient=(_("Draft"), None)),  # seen by nobody else
    unconfirmed=Words(patient=(_("Not confirmed"), "warn"), operator=(_("Not confirmed"), "warn")),
    open=Words(patient=(_("Open"), "info"), operator=(_("Open"), "info")),
    paused=Words(patient=(_("Paused"), "warn"), operator=(_("Paused"), "warn")),
    chosen=Words(patient=(_("Clinic chosen"), "ok"), operator=(_("Chosen"), "ok")),
    settled=Words(patient=(_("Choice made"), "ok"), operator=(_("Settled"), "ok")),
    expired=Words(patient=(_("Expired"), None), operator=(_("Expired"), None)),
    withdrawn=Words(patient=(_("Deleted"), None), operator=(_("Withdrawn"), None)),
    closed=Words(patient=(_("Closed"), None), operator=(_("Closed"), None)),
    erased=Words(patient=(_("Erased"), None), operator=(_("Erased"), None)),
)
TIMINGS: Table[LazyString] = Table(
    month=Words(
        form=_("In the next month"),
        patient=_("In the next month"),
        clinic=_("In the next month"),
    ),
    quarter=Words(
        form=_("In 1 to 3 months"),
        patient=_("In 1 to 3 months"),
        clinic=_("In 1 to 3 months"),
    ),
    later=Words(form=_("Later"), patient=_("Later"), clinic=_("Later")),
    unknown=Words(form=_("I don't know"), patient=_("Not sure yet"), clinic=_("Not sure yet")),
)
TRIPS: Table[LazyString] = Table(
    {
        "1": Words(form=_("1 trip"), patient=_("1 trip"), clinic=_("1 trip")),
        "2": Words(form=_("2 trips"), patient=_("2 trips"), clinic=_("2 trips")),
        "3": Words(form=_("3 trips or more"), patient=_("3 trips or more"), clinic=_("3 trips or more")),
        "unknown": Words(form=_("I'm not sure"), patient=_("Not sure yet"), clinic=_("Not sure yet")),
    }
)
BUDGET_SCOPES: Table[LazyString] = Table(
    treatment=Words(form=_("The treatment only"), clinic=_("treatment only")),
    everything=Words(form=_("Everything, including travel"), clinic=_("everything including travel")),
)
# What a patient can share with a clinic; clinics and operators read it where a copy is to be deleted.
PURPOSES: Table[LazyString] = Table(
    request=Words(
        patient=_("Your request"),
        clinic=_("All of the request: name, wishes, questions, messages, and contact details where you have them"),
        operator=_("the whole request"),
    ),
    health=Words(patient=_("Health answers"), clinic=_("Health answers"), operator=_("health")),
    photos=Words(patient=_("Photos"), clinic=_("Photos"), operator=_("photos")),
    contact=Words(  # nobody agrees to it by itself: it goes with a choice
        patient=_("Email, phone"), clinic=_("Email address and phone number"), operator=_("contact details")
    ),
)
# What an access to a request opened.
SEALED_PARTS: Table[LazyString] = Table(
    health=everyone(_("Health answers")),
    photos=everyone(_("Photos")),
    contact=everyone(_("Contact details")),
)
# The answers that clinics read and a patient may change: the patient reads them inside a sentence; `form` names the row
# of a coded one on the patient's own pages.
ANSWERS: Table[LazyString] = Table(
    name=Words(patient=_("your name"), clinic=_("Name to use")),
    treatment=Words(patient=_("what you would like help with"), clinic=_("What the patient would like help with")),
    home=Words(patient=_("where you live"), clinic=_("Where the patient lives")),
    when=Words(patient=_("when you could travel"), clinic=_("When they could travel")),
    trips=Words(patient=_("trips"), clinic=_("Trips"), form=_("Trips")),
    budget=Words(patient=_("budget"), clinic=_("Budget")),
    health=Words(patient=_("health answers"), clinic=_("Health answers")),
    photos=Words(patient=_("photos"), clinic=_("Photos")),
    languages=Words(patient=_("languages"), clinic=_("Languages")),
    questions=Words(patient=_("questions"), clinic=_("The patient's questions")),
)


# Who reads the quotes by a link, and what was opened by it.
LINK_READERS: Table[LazyString] = Table(
    friend=Words(patient=_("A friend or relative"), form=_("A friend or relative"), operator=_("a friend or relative")),
    doctor=Words(patient=_("My doctor"), form=_("My doctor"), operator=_("their doctor")),
)
LINK_LOOKS: Table[LazyString] = Table(
    quotes=Words(patient=_("the quotes were opened")),
    health=Words(patient=_("the health answers were opened with the code")),
)
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


CHECK_IN_STATES: Table[Tag] = Table(
    planned=Words(patient=(_("To come"), None)),
    asked=Words(patient=(_("Waits for your tap"), "warn")),
    answered=Words(patient=(_("Answered"), "ok")),
    missed=Words(patient=(_("Not answered"), None)),
    cancelled=Words(patient=(_("Not asked"), None)),
)


PRICE_ANSWERS: Table[LazyString] = Table(
    yes=Words(patient=_("Yes, it was kept")),
    more=Words(patient=_("No, it was more")),
    not_gone=Words(patient=_("I did not go")),
)


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
    price_not_yet=Words(patient=(_("It is too early to say this"), _("Its page says from when you can."))),
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
# Refusals that depend on the state of the request, by that state.
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
