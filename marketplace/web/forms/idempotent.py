"""Idempotent forms: the same key and fields get the first answer again, other fields with that key a 409."""

import hashlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec
from uuid import UUID

from flask import Response, current_app, make_response, redirect, request, session
from flask.typing import ResponseReturnValue, RouteCallable
from flask_babel import gettext as _

from marketplace.foundation.problems import Refused, WrongState
from marketplace.foundation.security import idempotency
from marketplace.foundation.security.idempotency import Fields, FormChanged
from marketplace.web.forms.base import IdempotentForm

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
KEY_FIELD = "idem"


NOT_BODY = {"csrf_token", KEY_FIELD}
_idempotent: set[RouteCallable] = set()


def idempotent(form: type[IdempotentForm], *, must_have_key: bool = True) -> Callable[[View[P]], View[P]]:
    """Makes a view idempotent: the same key (the field `idem`) and body get the first answer again, another body 409.

    Without `must_have_key` a POST without a key is allowed and handled each time. The view raises Refused for an
    unreadable key, FormChanged for another body.
    """

    def decorated(view: View[P]) -> View[P]:
        @wraps(view)
        def answered(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if request.method != "POST" or not (must_have_key or KEY_FIELD in request.form):
                return view(*args, **kwargs)
            sent = _submission(ref=(request.view_args or {}).get("ref") or session.get("draft_ref"))
            try:
                earlier = idempotency.claim(sent)
                if earlier is not None:
                    return redirect(earlier, 303)
                return _keep_answer(sent, make_response(view(*args, **kwargs)))
            except WrongState as problem:
                # The refusal shows what the person typed, so that nothing is lost.
                problem.submitted = conflict_versions(problem, sent.fields, form)
                raise

        _idempotent.add(inspect.unwrap(view))
        return answered

    return decorated


def is_idempotent(view: RouteCallable) -> bool:
    """Returns whether the view was made idempotent."""
    return inspect.unwrap(view) in _idempotent


def _keep_answer(sent: idempotency.Submission, answer: Response) -> Response:
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
    """Returns a hash of the browser's session that the form was given to, by its CSRF secret."""
    secret = str(session.get(current_app.config["WTF_CSRF_FIELD_NAME"], ""))
    return hashlib.sha256(b"form|" + secret.encode()).digest()


@dataclass(frozen=True)
class SubmittedVersion:
    """One version of a form: its heading, and what differs in it with the label of each field."""

    heading: str
    rows: list[dict[str, str]]


def conflict_versions(problem: Exception, now: Fields, form: type[IdempotentForm]) -> list[SubmittedVersion]:
    """Returns what was sent now and what the same person sent first, with only the fields that differ."""
    fields = form(formdata=None)
    first = problem.first if isinstance(problem, FormChanged) else {}
    names = [name for name in {**first, **now} if _shown(name, fields) and first.get(name) != now.get(name)]
    both = [(_("What you sent first"), first)] if first else []
    both += [(_("What you sent now"), now)]
    return [
        SubmittedVersion(heading, [{"key": _label(name, fields), "value": _text(sent.get(name))} for name in names])
        for heading, sent in both
        if names
    ]


def _shown(name: str, fields: IdempotentForm) -> bool:
    return name not in fields or fields[name].type != "HiddenField"


def _label(name: str, fields: IdempotentForm) -> str:
    label = str(fields[name].label.text) if name in fields else ""
    # A field without a label of its own gets one made from its name.
    named = label and label != name.replace("_", " ").title()
    return label if named else name.replace("_", " ").replace("-", " ").capitalize()


def _text(values: list[str] | None) -> str:
    return ", ".join(_("Yes") if value == "y" else value for value in values or [])
