"""Under which key a page is kept: what of a request may change what a public page shows. Most requests have none."""

from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

from marketplace.foundation import clock
from marketplace.web.http.page_store import Key

# The cookies that change what a page shows.
PREFERENCES = ("theme", "home", "currency")
COURSE = "course"  # the reader's own figures for a course, see forms/visit_figures.py
VISIT_HOME, VISIT_CURRENCY = "visit_home", "visit_currency"  # chosen on a page, see forms/visit_home.py
SERVED_APART = (*PREFERENCES, COURSE, VISIT_HOME, VISIT_CURRENCY)
# What public pages read of an address. One with anything else is rendered each time, so that what is missing here costs
# speed and nothing else. `q` is left out: each search counts towards a limit.
PLACES = {"city", "country", "home", "home_was"}
COURSES = {"fare", "fare_was", "gap", "night", "night_was", "own", "plan", "sessions", "trips"}
LISTS = {"after", "before", "language", "max_price", "page", "procedure", "sort", "treatment"}
PARAMETERS = {"currency", *PLACES, *COURSES, *LISTS}
CHOSEN = {"currency", "home", "home_was"}  # of these, what is kept for the visit
# What others add to the links they show, and no page reads.
IGNORED = {"utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid"}
MAX_QUERY = 500  # characters


def key_of(environ: WSGIEnvironment, personal: tuple[str, ...]) -> Key | None:
    """Returns the key of the page, with the day in UTC; None where the request is to be answered by the app.

    `personal` names the cookies whose owners are served apart: also where it only looks like one of them.
    """
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or _brings_something(environ):
        return None
    cookies = environ.get("HTTP_COOKIE", "")
    if cookies and any(name in cookies for name in personal):
        return None
    query = parameters(environ.get("QUERY_STRING", ""))
    if query is None:
        return None
    host, scheme = environ.get("HTTP_HOST", ""), environ["wsgi.url_scheme"]
    return (environ.get("PATH_INFO", ""), host, scheme, clock.today().isoformat(), *query)


def _brings_something(environ: WSGIEnvironment) -> bool:
    """Whether there is a body, or proof of who asks, or the app lies below another's path."""
    return bool(
        environ.get("HTTP_AUTHORIZATION")
        or environ.get("CONTENT_TYPE")
        or environ.get("CONTENT_LENGTH", "0") not in {"", "0"}
        or environ.get("HTTP_TRANSFER_ENCODING")
        or environ.get("SCRIPT_NAME")
    )


def parameters(query: str) -> tuple[str, ...] | None:
    """Returns names and values in one order, whatever theirs was; None where something is unknown or unreadable."""
    if not query:
        return ()
    if len(query) > MAX_QUERY:
        return None
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    known = [(name, value) for name, value in pairs if name not in IGNORED]
    if not all(name in PARAMETERS and value.isprintable() for name, value in known):
        return None
    return tuple(part for pair in sorted(known, key=lambda pair: pair[0]) for part in pair)
