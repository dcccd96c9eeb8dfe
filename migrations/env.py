"""Migrations run as the owner; afterwards the app's own role gets just the rights it needs."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, pool
from sqlalchemy.engine import Connection, make_url

from migrations.grants import grant_to_app

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
    """Runs what is missing, then the grants."""
    context.configure(connection=connection, target_metadata=metadata, **arguments)
    with context.begin_transaction():
        context.run_migrations()
        app_role = make_url(str(current_app.config["SQLALCHEMY_DATABASE_URI"])).username
        owner = make_url(str(current_app.config["DATABASE_OWNER_URL"])).username
        if app_role and app_role != owner:
            grant_to_app(connection, app_role)


run()
