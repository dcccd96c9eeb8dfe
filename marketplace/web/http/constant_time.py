"""Known and unknown addresses take the same time: their answers leave on the beat of a clock, whatever was done."""

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

# Every form that takes an address and must not tell whether somebody has it; several times what its work takes.
BEATS = {
    "security.login": 1.0,
    "security.forgot_password": 1.0,
    "security.send_confirmation": 0.5,
    "security.change_email": 0.5,
    "patient.ask_for_link": 0.5,
    "dashboard.invite": 0.5,
}
# Refused by its form token, origin, size, kind or limit, or because the database is away.
UNREAD = {400, 403, 413, 415, 429, 503}
MARK = "marketplace.equal_time"


class EqualTime:
    """Around the app: by the time it waits here, the request's database connection is given back."""

    def __init__(self, wsgi: Callable[..., Iterable[bytes]]) -> None:
        self.wsgi = wsgi

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """One beat is longer than the work; where a busy machine needs longer, the next beat hides that, too."""
        began = time.monotonic()
        answer = self.wsgi(environ, start_response)
        beat = environ.get(MARK)
        if beat:
            spent = time.monotonic() - began
            time.sleep(math.ceil(spent / beat) * beat - spent)
        return answer


def mark(response: Response) -> Response:
    """A right password is told apart by its answer anyway. What is refused unread says nothing of an address, and
    waiting would let one sender hold every thread."""
    signed_in = request.endpoint == "security.login" and response.status_code in {302, 303}
    if request.method == "POST" and not signed_in and response.status_code not in UNREAD:
        request.environ[MARK] = BEATS.get(request.endpoint or "")
    return response


def install(app: Flask) -> None:
    """Inside of the proxies' layer."""
    app.after_request(mark)
    if app.config["EQUAL_TIME"]:
        app.wsgi_app = EqualTime(app.wsgi_app)  # type: ignore[method-assign]
