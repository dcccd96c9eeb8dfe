"""Each refusal has its page; nothing a person sends makes a 500. A form whose token is gone can be sent once more."""

from dataclasses import dataclass, field

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from gunicorn.http.errors import ParseException
from procrastinate.exceptions import ConnectorException
from psycopg import DataError, InterfaceError, OperationalError, errors
from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, TimeoutError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError

from marketplace.extensions import db
from marketplace.foundation.database import engines
from marketplace.foundation.database.roles import use_role
from marketplace.foundation.problems import LimitReached, LinkGone, Problem
from marketplace.foundation.security.idempotency import FormChanged
from marketplace.foundation.security.input_safety import has_unsafe_characters
from marketplace.foundation.security.sealed import CannotOpen, KeyMissing
from marketplace.web.access import policy_here
from marketplace.web.http.context import page_context
from marketplace.web.http.limiting import wait_words

PROOFS = {"csrf_token", "code"}
UNSEEN = {"idem", "shown", "change", "next", "website", "rendered", "proof"}


@dataclass(frozen=True)
class SentAgain:
    """What goes along unseen, what is shown of it, and whether who sends it would be let in."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    files: bool = False
    let_in: bool = False


def what_was_sent() -> SentAgain:
    """Of this request; a text that cannot be shown is left out."""
    sent = [(name, value) for name, value in request.form.items(multi=True) if _is_kept(name, value)]
    seen = {name: [value for other, value in sent if other == name] for name, _value in sent if name not in UNSEEN}
    rows = [{"key": _label(name), "value": ", ".join(values)} for name, values in seen.items() if any(values)]
    return SentAgain(request.full_path.rstrip("?"), sent, rows, bool(request.files), _would_be_let_in())


def _is_kept(name: str, value: str) -> bool:
    return (
        name not in PROOFS
        and "password" not in name
        and not has_unsafe_characters(name)
        and not has_unsafe_characters(value, lines=True)
    )


def _label(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _would_be_let_in() -> bool:
    granted = policy_here()
    if granted is None:
        return False
    try:
        use_role(granted.role)
        return granted.guard() is None
    except (Problem, HTTPException):
        return False


PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}


def page(status: int, *, problem: Problem | None = None, **words: str) -> str:
    """A page that knows nothing of its reader, so that it needs no database: what blueprints add is left out."""
    template = current_app.jinja_env.get_template(f"errors/{status}.html")
    return template.render(problem=problem, **words, **page_context())


def show_problem(problem: Problem) -> ResponseReturnValue:
    """The answer to a named refusal of a domain package."""
    db.session.rollback()
    if isinstance(problem, LimitReached):
        again = wait_words(problem.wait)
        return page(429, again=again), 429, [("Retry-After", str(problem.wait))]
    if isinstance(problem, LinkGone):
        return render_template("patient/link_gone.html", problem=problem), 404
    if isinstance(problem, FormChanged):
        return render_template("errors/form_changed.html", problem=problem), problem.status
    return page(problem.status, problem=problem), problem.status


def show_http(error: HTTPException) -> ResponseReturnValue:
    """What Werkzeug refuses: unknown paths, wrong methods, too large bodies; redirects pass."""
    code = error.code or 500
    cause = error.original_exception if isinstance(error, InternalServerError) else None
    if isinstance(cause, KINDS):
        # After the view, where the session is stored.
        return show_database(cause)
    if code < 400:
        return error.get_response()
    headers = [(name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}]
    return page(code if code in PAGES else 400), code, headers


def show_csrf(_error: CSRFError) -> ResponseReturnValue:
    """A form without its token: what was typed is shown, to be sent once more."""
    template = current_app.jinja_env.get_template("errors/sent_again.html")
    return template.render(sent=what_was_sent(), **page_context()), 400, [("Cache-Control", "no-store")]


def show_unreadable(_error: ParseException) -> ResponseReturnValue:
    """A body whose chunks are no chunks: the server finds out while it is read."""
    return page(400), 400


def show_gone_key(_error: CannotOpen) -> ResponseReturnValue:
    """Answers 404 where the key of what is asked for was erased."""
    return page(404), 404


def show_missing_key(_error: KeyMissing) -> ResponseReturnValue:
    """Nothing is gone: whoever keeps the keys has to put one back."""
    current_app.logger.error("a master key is missing from FIELD_KEYS")
    return page(503), 503, [("Retry-After", "60")]


def show_database(error: Exception) -> ResponseReturnValue:
    """What passes by itself says when to come back; only the code of the refusal is logged.

    A page that a standby failed is made again from the primary.
    """
    if engines.reads_from_standby():
        return _made_again(error)
    status = status_of(error)
    if status is None:
        return show_fault(error)
    rollback()
    current_app.logger.warning("database refused: %s", code_of(error))
    headers = [("Retry-After", "5")] if status == AWAY else []
    return page(status), status, headers


def _made_again(error: Exception) -> ResponseReturnValue:
    current_app.logger.warning("standby failed: %s", code_of(error))
    rollback()
    engines.leave_standby()
    try:
        return current_app.dispatch_request()
    except Exception as another:
        return current_app.handle_user_exception(another)


def rollback() -> None:
    """Rolls back, also where the connection is gone."""
    try:
        db.session.rollback()
    except SQLAlchemyError:  # the connection is gone, and the transaction with it
        db.session.remove()


def let_go(_error: BaseException | None) -> None:
    """Before the session is closed: a connection that died after the answer was made does not spoil the answer."""
    if db.session.registry.has():
        try:
            db.session.close()
        except SQLAlchemyError:
            db.session().invalidate()


def show_fault(error: Exception) -> ResponseReturnValue:
    """Ours: logged by its kind, without what was typed."""
    if current_app.testing:
        raise error
    rollback()
    current_app.logger.exception("fault", exc_info=error)
    return page(500), 500


def install(app: Flask) -> None:
    """Registers the handlers of every refusal and fault with the app."""
    app.register_error_handler(Problem, show_problem)
    app.register_error_handler(CSRFError, show_csrf)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(ParseException, show_unreadable)
    app.register_error_handler(CannotOpen, show_gone_key)
    app.register_error_handler(KeyMissing, show_missing_key)
    for kind in KINDS:
        app.register_error_handler(kind, show_database)
    app.register_error_handler(Exception, show_fault)
    # Later ones run first: before Flask-SQLAlchemy's own.
    app.teardown_appcontext(let_go)


AWAY, FASTER, NOT_STORABLE = 503, 409, 400
# Away, full, too slow, locked, deadlocked, being replaced: all of it passes. A CHECK or a NOT NULL is our own fault.
MEANING: tuple[tuple[type[BaseException], int], ...] = (
    (OperationalError, AWAY),
    (InterfaceError, AWAY),
    (errors.ReadOnlySqlTransaction, AWAY),
    (errors.IdleInTransactionSessionTimeout, AWAY),
    (errors.TransactionTimeout, AWAY),
    (TimeoutError, AWAY),
    (errors.UniqueViolation, FASTER),
    (errors.ForeignKeyViolation, FASTER),
    (errors.ExclusionViolation, FASTER),
    (StaleDataError, FASTER),
    (DataError, NOT_STORABLE),
)
KINDS: tuple[type[Exception], ...] = (DBAPIError, TimeoutError, StaleDataError, ConnectorException)


def cause_of(error: BaseException) -> BaseException:
    """The driver's own error, whoever wrapped it."""
    if isinstance(error, DBAPIError) and error.orig is not None:
        return error.orig
    if isinstance(error, ConnectorException) and error.__cause__ is not None:
        return error.__cause__
    return error


def status_of(error: BaseException) -> int | None:
    """None where it is a fault of ours."""
    cause = cause_of(error)
    if isinstance(error, exc.OperationalError | exc.InterfaceError):
        return AWAY
    return next((status for kind, status in MEANING if isinstance(cause, kind)), None)


def code_of(error: BaseException) -> str:
    """Its SQLSTATE or its kind: never its words, which quote what was typed."""
    cause = cause_of(error)
    return getattr(cause, "sqlstate", None) or type(cause).__name__
