"""Constant-time responses: forms that take an address answer at fixed intervals, whatever was done, so that time does
not tell whether somebody has it."""

import math
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request

# Seconds, by endpoint: every form that takes an address and must not tell whether somebody has it. Several times what
# its work takes.
RESPONSE_INTERVALS = {
    "security.login": 1.0,
    "security.forgot_password": 1.0,
    "security.send_confirmation": 0.5,
    "security.change_email": 0.5,
    "patient.ask_for_link": 0.5,
    "dashboard.invite": 0.5,
}
# Refused by its form token, origin, size, kind or limit, or because the database is away.
UNREAD = {400, 403, 413, 415, 429, 503}
MARK = "marketplace.constant_time"


class ConstantTimeResponses:
    """WSGI middleware that delays marked responses to the end of their interval.

    It stands around the app: by the time it waits, the request's database connection is given back.
    """

    def __init__(self, wsgi: WSGIApplication) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Waits for the end of the interval; where a busy machine needs longer, the next one hides that, too."""
        began = time.monotonic()
        answer = self.wsgi(environ, start_response)
        interval = environ.get(MARK)
        if interval:
            spent = time.monotonic() - began
            time.sleep(math.ceil(spent / interval) * interval - spent)
        return answer


def mark_response(response: Response) -> Response:
    """Marks the response for delay where its form takes an address.

    Not a sign-in that worked: its answer tells that anyway. Not what is refused unread: it says nothing of an address,
    and waiting would let one sender hold every thread.
    """
    signed_in = request.endpoint == "security.login" and response.status_code in {302, 303}
    if request.method == "POST" and not signed_in and response.status_code not in UNREAD:
        request.environ[MARK] = RESPONSE_INTERVALS.get(request.endpoint or "")
    return response


def install(app: Flask) -> None:
    """Wraps the app, inside of the layer that reads the proxies' headers."""
    app.after_request(mark_response)
    if app.config["CONSTANT_TIME_RESPONSES"]:
        app.wsgi_app = ConstantTimeResponses(app.wsgi_app)  # type: ignore[method-assign] # as Flask says it
