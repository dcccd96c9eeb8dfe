"""One commit a request, and it stands here: a view that answers 2xx or 3xx is stored whole, any other not at all, but
for what a view says it keeps."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, make_response, redirect, request, session

from marketplace.extensions import db
from marketplace.foundation.problems import Refused, WrongState
from marketplace.foundation.security import idempotency
from marketplace.web.forms.base import IdempotentForm
from marketplace.web.http.conflict_versions import versions

View = Callable[..., Any]
KEY_FIELD = "idem"
NOT_BODY = {"csrf_token", KEY_FIELD}


def writes(view: View) -> View:
    """Commits what the view did when its answer is below 400; rolls back otherwise and on every error."""

    @wraps(view)
    def written(*args: Any, **kwargs: Any) -> Response:
        try:
            answer = make_response(view(*args, **kwargs))
            if answer.status_code < 400 or g.pop("keeps", False):
                db.session.commit()
            else:
                db.session.rollback()
            return answer
        except BaseException:
            db.session.rollback()
            raise

    return written


def keep_what_was_done() -> None:
    """For a page that refuses a part of what was sent: the rest is stored all the same."""
    g.keeps = True


def idempotent(form: type[IdempotentForm], *, must_have_key: bool = True) -> Callable[[View], View]:
    """Makes a view idempotent: the same key (the field `idem`) and body get the first answer again, another body 409.

    Where a key is not a must, the form creates a mail only; without one each POST stands for itself.
    """

    def decorated(view: View) -> View:
        @wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Any:
            if request.method != "POST" or not (must_have_key or KEY_FIELD in request.form):
                return view(*args, **kwargs)
            sent = _submission(ref=kwargs.get("ref") or session.get("draft_ref"))
            try:
                earlier = idempotency.claim(sent)
                if earlier is not None:
                    return redirect(earlier, 303)
                return _kept(sent, make_response(view(*args, **kwargs)))
            except WrongState as problem:
                # Nothing a person typed is lost, whoever was faster.
                problem.typed = versions(problem, sent.fields, form)
                raise

        answered.idempotent = True  # type: ignore[attr-defined]
        return answered

    return decorated


def _kept(sent: idempotency.Submission, answer: Response) -> Response:
    if answer.status_code == 303:
        idempotency.keep_answer(sent.token, answer.headers["Location"])
    return answer


def _submission(*, ref: str | None) -> idempotency.Submission:
    try:
        token = UUID(request.form.get(KEY_FIELD, ""))
    except ValueError as error:
        raise Refused("form_token", "This form is incomplete. Go back, reload the page and send it again") from error
    fields = {name: values for name, values in request.form.lists() if name not in NOT_BODY}
    return idempotency.Submission(token, path=request.path, fields=fields, holder=_holder(), ref=ref)


def _holder() -> bytes:
    """The browser's session that the form was given to: the one its CSRF token belongs to, too."""
    secret = str(session.get(current_app.config["WTF_CSRF_FIELD_NAME"], ""))
    return hashlib.sha256(b"form|" + secret.encode()).digest()
