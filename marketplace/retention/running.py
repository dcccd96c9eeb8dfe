"""One run of all the rules, to the end; the worker does the same in small bites."""

import logging
from collections.abc import Iterator
from datetime import datetime

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.retention.erasure import pending
from marketplace.retention.rules import BATCH, RULES, Rule

log = logging.getLogger(__name__)


def run(now: datetime, *, dry_run: bool = False) -> Iterator[tuple[Rule, int]]:
    """Each rule and how many things it ended, or would."""
    for rule in RULES:
        done = rule.count(now) if dry_run else until_done(rule, now)
        if done and not dry_run:
            log.info("retention: %s %s", done, rule.name)
        yield rule, done


def erase_pending() -> int:
    """What another list named is erased here, now; how many lines of it."""
    return until_done(next(rule for rule in RULES if rule.due is pending), clock.now())


def until_done(rule: Rule, now: datetime) -> int:
    """Batch after batch, each a short transaction of its own."""
    total = 0
    while True:
        done = rule.batch(now)
        db.session.commit()
        total += done
        if done < BATCH:
            return total
