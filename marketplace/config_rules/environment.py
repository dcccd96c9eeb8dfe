"""All rules on what the environment says, on one page."""

from itertools import chain

from marketplace.config_rules import database, files, mail, numbers, secret_keys, site
from marketplace.config_rules.finding import Environment, Finding


def unreadable(environ: Environment) -> list[Finding]:
    """What nothing can be started with, in development neither."""
    rooms = (site, secret_keys, numbers, files)
    return list(chain.from_iterable(room.unreadable(environ) for room in rooms))


def unsafe(environ: Environment) -> list[Finding]:
    """What a server must not be started with, as far as it is known without a database."""
    rooms = (site, secret_keys, database, mail, numbers)
    return unreadable(environ) + list(chain.from_iterable(room.unsafe(environ) for room in rooms))
