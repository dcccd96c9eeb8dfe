"""Migrations run as the owner; afterwards roles, rights and row policies are applied: the app's login may take roles, and nothing else."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import Connection, make_url

from migrations.grants import apply_rights, unforce_policies
from migrations.online import patiently

metadata = current_app.extensions["migrate"].db.metadata
arguments = current_app.extensions["migrate"].configure_args


def run() -> None:
    """A transaction for each revision and each table's policies, so that no lock is held for another's sake."""
    url = str(current_app.config["DATABASE_OWNER_URL"])
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        migrate(connection)
    engine.dispose()


def migrate(connection: Connection) -> None:
    """Runs what is missing, then applies rights and row policies."""
    before = _configured(connection)
    if not _stands(before):
        unforce_policies(connection)
        # A step that is named by its distance is not taken anew once one was taken: it would lead further.
        patiently(
            connection,
            lambda: _run_revisions(connection),
            again=lambda: not _is_relative() or _configured(connection) == before,
        )
    owner = str(connection.scalar(text("SELECT current_user")))
    app = make_url(str(current_app.config["SQLALCHEMY_DATABASE_URI"])).username or owner
    apply_rights(connection, app=app, owner=owner)


def _configured(connection: Connection) -> set[str]:
    """Readies the context; gives the revisions that stand now."""
    connection.rollback()  # or the revisions' transactions would be parts of this one
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True, **arguments)
    heads = set(context.get_context().get_current_heads())
    connection.rollback()
    return heads


def _run_revisions(connection: Connection) -> None:
    _configured(connection)
    with context.begin_transaction():
        context.run_migrations()


def _destination() -> str:
    """As it was typed: the context's own reader has numbers in the place of words already."""
    return str(context.get_context().opts["destination_rev"])


def _is_relative() -> bool:
    return _destination().startswith(("+", "-"))


def _stands(heads: set[str]) -> bool:
    """Whether nothing is to be done, as far as that is known before it."""
    return _destination() in {"heads", "head"} and heads == set(context.script.get_heads())


run()
