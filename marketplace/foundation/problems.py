"""Refusals that a person is told. The domain packages raise them by name, the web turns each into its answer."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Problem(Exception):
    """What the person asked for cannot be done; `reason` is a stable code, the message is for people."""

    status = 422

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.message = message


class NotFound(Problem):
    """It does not exist, or it is not theirs: the same answer; `way_on` is the path and name of a page near it."""

    status = 404

    def __init__(self, reason: str = "not_found", *, way_on: tuple[str, str] | None = None) -> None:
        super().__init__(reason)
        self.way_on = way_on


class WrongState(Problem):
    """The thing has moved on since the page was shown."""

    status = 409
    submitted: Sequence[Any] = ()  # what the person sent, to be shown so that it is not lost


class Refused(Problem):
    """What was submitted cannot be accepted; `field` names the field to mend."""

    def __init__(self, reason: str, message: str = "", *, field: str | None = None) -> None:
        super().__init__(reason, message)
        self.field = field


class FieldProblem(NamedTuple):
    """One rule that is broken: its stable code, the words for people, and the field to mend."""

    reason: str
    words: str
    field: str


class Disagreements(Refused):
    """Several broken rules at once; as one refusal it reads as the first of them."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        first = problems[0]
        super().__init__(first.reason, first.words, field=first.field)
        self.problems = tuple(problems)


class LimitReached(Problem):
    """It was asked too often: in `wait` seconds there is room again."""

    status = 429

    def __init__(self, reason: str, *, wait: int) -> None:
        super().__init__(reason)
        self.wait = wait


class LinkGone(Problem):
    """The link is unknown, altered, used, replaced or past its time."""

    status = 404
