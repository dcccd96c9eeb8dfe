"""Routing's reason codes in plain words."""

from flask_babel import gettext, lazy_gettext

_WORDS = {
    "asked_for": lazy_gettext("You started from this clinic's page"),
    "likely_to_answer": lazy_gettext("Answers most requests and has room"),
    "new_here": lazy_gettext("New here, checked, and has room"),
    "ranked_lower": lazy_gettext("Eligible, but five others came first"),
    "little_room": lazy_gettext("Eligible, but its few free places are kept for requests with fewer choices"),
    "already_asked": lazy_gettext("Already has this request"),
    "clinic_paused": lazy_gettext("Takes no requests at the moment"),
    "not_published": lazy_gettext("Its listing is not published"),
    "checks_not_current": lazy_gettext("A required check is missing or has expired"),
    "procedure_not_offered": lazy_gettext("Does not offer this procedure"),
    "other_country": lazy_gettext("Is in another country than those chosen"),
    "home_not_accepted": lazy_gettext("Does not treat patients from this country"),
    "no_shared_language": lazy_gettext("Speaks none of the languages given"),
    "over_budget": lazy_gettext("Its lowest price is over the budget"),
    "full": lazy_gettext("Has taken all the requests it can for now"),
}


def in_words(code: str) -> str:
    """The reason as a sentence; an unknown code stands for itself."""
    words = _WORDS.get(code)
    return str(words) if words else gettext(code)
