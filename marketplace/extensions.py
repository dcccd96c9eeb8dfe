"""The extensions' objects, made once and bound to an app by the factory."""

from typing import Any

from flask_babel import Babel
from flask_mail import Mail
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, MetaData

# One naming convention, so that a refused constraint can be named in an answer and dropped in a migration.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ROLE_SCOPE = "role_scope"  # in session.info: the database role, and the engine it is used on


class ScopedEngineSession(Session):
    """A session that asks the engine of its present role (marketplace/foundation/database/roles.py)."""

    def get_bind(self, *_about: Any, bind: Engine | Connection | None = None, **_kwargs: Any) -> Engine | Connection:
        """The engine for the next statement, whatever it is about."""
        if bind is not None:
            return bind
        scope = self.info.get(ROLE_SCOPE)
        return self._db.engines[scope.engine if scope is not None else None]


db = SQLAlchemy(metadata=metadata, session_options={"class_": ScopedEngineSession})
migrate = Migrate()
mail = Mail()
babel = Babel()
csrf = CSRFProtect()
