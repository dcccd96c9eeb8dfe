"""Migrations run as the owner; afterwards the walls are put up: the app's login may put on faces, and nothing else."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import Connection, make_url

from migrations.grants import let_the_owner_through, put_up

metadata = current_app.extensions["migrate"].db.metadata
arguments = current_app.extensions["migrate"].configure_args


def run() -> None:
    """One transaction for all revisions and the grants."""
    url = str(current_app.config["DATABASE_OWNER_URL"])
    engine = create_engine(url, poolclass=pool.NullPool, hide_parameters=True)
    with engine.begin() as connection:
        migrate(connection)
    engine.dispose()


def migrate(connection: Connection) -> None:
    """Runs what is missing, then puts up the walls."""
    context.configure(connection=connection, target_metadata=metadata, **arguments)
    with context.begin_transaction():
        if set(context.get_context().get_current_heads()) != _asked_for():
            let_the_owner_through(connection)
        context.run_migrations()
        owner = str(connection.scalar(text("SELECT current_user")))
        put_up(
            connection, app=make_url(str(current_app.config["SQLALCHEMY_DATABASE_URI"])).username or owner, owner=owner
        )


def _asked_for() -> set[str]:
    """The revisions that stand after this run, as far as they are known before it: others are never the same."""
    return set(context.script.get_heads()) if context.get_revision_argument() in {"heads", "head"} else set()


run()
