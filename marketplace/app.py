"""The app factory: every part is bound here, and nowhere at import."""

import os
from pathlib import Path

from flask import Flask
from flask_compress import Compress
from jinja2 import StrictUndefined
from sqlalchemy.schema import SchemaItem
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace import reactions
from marketplace.accounts import sign_in
from marketplace.cli.commands import install as install_commands
from marketplace.clinics import invitations, team
from marketplace.config import load_config
from marketplace.extensions import babel, csrf, db, mail, migrate
from marketplace.foundation.database import engines, statements, timeouts
from marketplace.foundation.security.sealed import keyring
from marketplace.mail import account_emails
from marketplace.web import access, answer_words, filters, promises, translation, views
from marketplace.web.http import (
    access_log,
    assets,
    constant_time,
    context,
    errors,
    headers,
    inputs,
    limiting,
    page_cache,
    page_parts,
    uploads,
)
from marketplace.web.policies import POLICIES

ROOT = Path(__file__).parent.parent


def create_app(overrides: dict[str, object] | None = None) -> Flask:
    """One app from the environment; `overrides` is for tests."""
    app = Flask("marketplace", root_path=str(ROOT / "marketplace"), template_folder="../templates", static_folder=None)
    app.config.update(load_config(os.environ) | (overrides or {}))
    app.testing = bool(app.config.get("TESTING"))
    app.url_map.strict_slashes = True
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined  # what a page prints but was not given is an error, never a blank
    keyring.load(app.config["FIELD_KEYS"], secret=str(app.config["SECRET_KEY"]))
    for part in (access_log, headers, uploads, inputs):
        # Before any extension: also what that refuses has an id and a line.
        part.install(app)
    _bind_extensions(app)
    _bind_web(app)
    install_commands(app)
    reactions.install()
    return app


def _bind_extensions(app: Flask) -> None:
    engines.configure(app)
    db.init_app(app)
    timeouts.install(app)
    engines.install(app)
    statements.install(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), include_object=_is_ours)
    babel.init_app(
        app,
        default_translation_directories=str(ROOT / "marketplace" / "translations"),
        locale_selector=translation.language,  # type: ignore[arg-type] # Babel takes a Locale as it is
    )
    csrf.init_app(app)
    mail.init_app(app)
    Compress(app)
    sign_in.install(app, mail_util_cls=account_emails.OutboxMailUtil, along=team.OWN_MEMBERSHIP)
    account_emails.install(app)
    invitations.install(app)


def _bind_web(app: Flask) -> None:
    constant_time.install(app)
    for part in (errors, limiting, translation, filters, context, promises, answer_words, page_parts):
        part.install(app)
    assets.install(app)
    views.install(app)
    access.install(app, POLICIES)
    page_cache.install(app)
    if app.config["PROXY_HOPS"]:
        hops = int(app.config["PROXY_HOPS"])
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign] # as Flask says it


def _is_ours(_item: SchemaItem, name: str | None, kind: str, _reflected: bool, _compared_to: SchemaItem | None) -> bool:
    return not (kind == "table" and (name or "").startswith("procrastinate_"))
