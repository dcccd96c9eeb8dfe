"""A moment that a command is to take for now: to try what is due without waiting for it."""

from datetime import UTC, datetime

import click
from flask import current_app


class Moment(click.ParamType):
    """ISO 8601, UTC unless it says otherwise; in development only."""

    name = "iso moment"

    def convert(self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Fails with one line for what is no moment, and in production."""
        if isinstance(value, datetime):
            return value
        if current_app.config["PRODUCTION"]:
            self.fail("only in development", param, ctx)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no moment such as 2027-03-01T09:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
