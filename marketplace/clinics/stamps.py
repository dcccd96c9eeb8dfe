"""The stamp: what was checked, when, until when; a pure reading of a clinic's checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from marketplace.clinics.states import REQUIRED_CHECKS, CheckState

ENDING_WITHIN = timedelta(days=30)


class Checked(Protocol):
    """The fields of a check that the stamp reads."""

    @property
    def kind(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def expires_on(self) -> date | None: ...


@dataclass(frozen=True)
class Stamp:
    """`kind` is current, ending, expired or none; the earliest end of the required checks counts."""

    kind: str
    checked_on: date | None
    expires_on: date | None
    passed: int
    of: int


def stamp(checks: Sequence[Checked], today: date) -> Stamp:
    """Computes a clinic's stamp; it is current with company, licence and people passed and in date."""
    passed = [
        check for check in checks if check.state == CheckState.PASSED and check.expires_on and check.expires_on >= today
    ]
    required = [check for check in checks if check.kind in REQUIRED_CHECKS and check.expires_on is not None]
    if len(required) < len(REQUIRED_CHECKS):
        return Stamp("none", None, None, len(passed), len(checks))
    expires_on = min(check.expires_on for check in required if check.expires_on)
    moments = [moment.date() for check in required if (moment := getattr(check, "passed_at", None))]
    checked_on = max(moments) if moments else None
    current = sum(check.kind in REQUIRED_CHECKS for check in passed) == len(REQUIRED_CHECKS)
    kind = "expired" if not current else "ending" if expires_on - today < ENDING_WITHIN else "current"
    return Stamp(kind, checked_on, expires_on, len(passed), len(checks))
