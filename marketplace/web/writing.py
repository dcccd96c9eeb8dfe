"""One commit a request, and it stands here: a view that answers 2xx or 3xx is stored whole, any other not at all."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, request
from werkzeug.datastructures import MultiDict

from marketplace.extensions import db
from marketplace.foundation import idempotency
from marketplace.foundation.problems import Refused

View = Callable[..., Any]
NOT_BODY = {"csrf_token", "idem"}


def writes(view: View) -> View:
    """Commits what the view did when its answer is below 400; rolls back otherwise and on every error."""

    @wraps(view)
    def written(*args: Any, **kwargs: Any) -> Response:
        try:
            answer = make_response(view(*args, **kwargs))
            if answer.status_code < 400:
                db.session.commit()
            else:
                db.session.rollback()
            return answer
        except BaseException:
            db.session.rollback()
            raise

    return written


def once(view: View) -> View:
    """A form that creates something: the same token and body get the first answer again, another body 409."""

    @wraps(view)
    def answered_once(*args: Any, **kwargs: Any) -> Any:
        token = _token()
        earlier = idempotency.claim(token, body_hash=_body_hash(request.form))
        if earlier is not None:
            return redirect(earlier, 303)
        answer = make_response(view(*args, **kwargs))
        if answer.status_code == 303:
            idempotency.keep_answer(token, answer.headers["Location"])
        return answer

    return answered_once


def _token() -> UUID:
    try:
        return UUID(request.form.get("idem", ""))
    except ValueError as error:
        raise Refused("form_token", "This form is incomplete. Go back, reload the page and send it again") from error


def _body_hash(form: MultiDict[str, str]) -> bytes:
    body = sorted((name, value) for name, value in form.items(multi=True) if name not in NOT_BODY)
    return hashlib.sha256(repr((request.path, body)).encode()).digest()
