"""One commit a request, and it stands here: a view that answers 2xx or 3xx is stored whole, any other not at all, but
for what a view says it keeps."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Response, g, make_response
from flask.typing import ResponseReturnValue

from marketplace.extensions import db
from marketplace.foundation.database import gathering

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def writes(view: View[P]) -> Callable[P, Response]:
    """Commits what the view did when its answer is below 400; rolls back otherwise and on every error."""

    @wraps(view)
    def written(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            answer = make_response(view(*args, **kwargs))
            if answer.status_code < 400 or g.pop("keeps", False):
                gathering.write()
                db.session.commit()
            else:
                _undo()
            return answer
        except BaseException:
            _undo()
            raise

    return written


def _undo() -> None:
    gathering.drop()
    db.session.rollback()


def commit_despite_refusal() -> None:
    """Commits although the answer is a refusal: of what was sent, the rest is stored all the same."""
    g.keeps = True
