"""Each refusal has its page; nothing a person sends makes a 500."""

from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from marketplace.extensions import db
from marketplace.foundation.problems import LimitReached, LinkGone, Problem
from marketplace.foundation.sealed import CannotOpen
from marketplace.web.limiting import wait_words

PAGES = {400, 403, 404, 405, 409, 413, 429, 500, 503}


def show_problem(problem: Problem) -> ResponseReturnValue:
    """A named refusal of a room."""
    db.session.rollback()
    if isinstance(problem, LimitReached):
        again = wait_words(problem.wait)
        return render_template("errors/429.html", problem=None, again=again), 429, [("Retry-After", str(problem.wait))]
    if isinstance(problem, LinkGone):
        return render_template("patient/link_gone.html", problem=problem), 404
    if problem.status == 422:
        return render_template("errors/422.html", problem=problem), 422
    return render_template(f"errors/{problem.status}.html", problem=problem), problem.status


def show_http(error: HTTPException) -> ResponseReturnValue:
    """What Werkzeug refuses: unknown paths, wrong methods, too large bodies; redirects pass."""
    code = error.code or 500
    cause = error.original_exception if isinstance(error, InternalServerError) else None
    if isinstance(cause, (OperationalError, InterfaceError)):
        # After the view, where the session is stored.
        return show_database_away(cause)
    if code < 400:
        return error.get_response()
    page = code if code in PAGES else 400
    headers = [(name, value) for name, value in error.get_headers() if name in {"Allow", "Retry-After"}]
    return render_template(f"errors/{page}.html", problem=None), code, headers


def show_csrf(_error: CSRFError) -> ResponseReturnValue:
    """A form without its token."""
    return render_template("errors/400.html", problem=None), 400


def show_gone_key(_error: CannotOpen) -> ResponseReturnValue:
    """Erased is gone."""
    return render_template("errors/404.html", problem=None), 404


def show_database_away(error: DBAPIError) -> ResponseReturnValue:
    """Comes back by itself."""
    current_app.logger.warning("database away", exc_info=error)
    return render_template("errors/503.html", problem=None), 503, [("Retry-After", "5")]


def show_cut_off(error: InternalError) -> ResponseReturnValue:
    """A transaction that idled too long was ended by the database; any other internal error is ours."""
    if error.connection_invalidated:
        return show_database_away(error)
    if current_app.testing:
        raise error
    return show_fault(error)


def show_fault(error: Exception) -> ResponseReturnValue:
    """Ours: logged by its kind, without what was typed."""
    db.session.rollback()
    current_app.logger.exception("fault", exc_info=error)
    return render_template("errors/500.html", problem=None), 500


def install(app: Flask) -> None:
    """Registers them."""
    app.register_error_handler(Problem, show_problem)
    app.register_error_handler(CSRFError, show_csrf)
    app.register_error_handler(HTTPException, show_http)
    app.register_error_handler(CannotOpen, show_gone_key)
    app.register_error_handler(OperationalError, show_database_away)
    app.register_error_handler(InterfaceError, show_database_away)
    app.register_error_handler(InternalError, show_cut_off)
    if not app.testing:
        app.register_error_handler(Exception, show_fault)
