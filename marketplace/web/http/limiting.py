"""What a person reads at a limit: when to try again, in words and for machines. Forms keep what was typed."""

import math

from flask import Flask, Response, g
from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.foundation.problems import LimitReached
from marketplace.foundation.security import limits

SPOKEN_IN_SECONDS = 90


def wait_words(seconds: int) -> str:
    """Try again in 30 seconds, in 4 minutes."""
    if seconds <= SPOKEN_IN_SECONDS:
        return ngettext("Try again in %(num)s second", "Try again in %(num)s seconds", seconds)
    return ngettext("Try again in %(num)s minute", "Try again in %(num)s minutes", math.ceil(seconds / 60))


def refusal(name: str, **who: str) -> str | None:
    """For a form: what to say beside it when it is sent too often, and the answer will be a 429."""
    try:
        g.limit_is_low = limits.consume(name, **who)
    except LimitReached as reached:
        g.limit_reached = reached
        return _("Too many tries in a short time. %(again)s", again=wait_words(reached.wait))
    return None


def finish(response: Response) -> Response:
    """A form that is shown again because of a limit has its status."""
    if "limit_reached" in g:
        response.status_code = 429
        response.headers["Retry-After"] = str(g.limit_reached.wait)
    return response


def install(app: Flask) -> None:
    """Gives answers at a limit their status, for the whole app."""
    app.after_request(finish)
