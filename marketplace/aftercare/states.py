"""The states of what is asked after the first session, and their legal moves."""

from enum import StrEnum


class PlanState(StrEnum):
    """Whether a patient is asked how it is."""

    UNDATED = "undated"  # wanted, and the day of the first session is not known
    RUNNING = "running"
    STOPPED = "stopped"
    OVER = "over"


class CheckInState(StrEnum):
    """Where one check-in stands."""

    PLANNED = "planned"
    ASKED = "asked"
    ANSWERED = "answered"
    MISSED = "missed"
    CANCELLED = "cancelled"


class ProblemState(StrEnum):
    """Where a problem stands that a patient told the clinic."""

    TOLD = "told"
    ANSWERED = "answered"
    OVERDUE = "overdue"
    ENDED = "ended"  # the clinic lost access to the request before it answered


_P, _C, _T = PlanState, CheckInState, ProblemState
PLAN_MOVES = {
    _P.UNDATED: frozenset({_P.RUNNING, _P.STOPPED, _P.OVER}),
    _P.RUNNING: frozenset({_P.STOPPED, _P.OVER}),
    _P.STOPPED: frozenset({_P.UNDATED, _P.RUNNING}),
    _P.OVER: frozenset({_P.RUNNING, _P.STOPPED}),
}
# Another day of the first session plans anew what was not answered.
CHECK_IN_MOVES = {
    _C.PLANNED: frozenset({_C.ASKED, _C.CANCELLED}),
    _C.ASKED: frozenset({_C.ANSWERED, _C.MISSED, _C.CANCELLED, _C.PLANNED}),
    _C.MISSED: frozenset({_C.ANSWERED, _C.PLANNED}),
    _C.CANCELLED: frozenset({_C.PLANNED}),
}
PROBLEM_MOVES = {
    _T.TOLD: frozenset({_T.ANSWERED, _T.OVERDUE, _T.ENDED}),
    _T.OVERDUE: frozenset({_T.ANSWERED, _T.ENDED}),
}
OPEN_PROBLEMS = (_T.TOLD, _T.OVERDUE)
ANSWERABLE = (_C.ASKED, _C.ANSWERED, _C.MISSED)
PLAN_REFUSALS = {
    _P.UNDATED: "plan_undated",
    _P.RUNNING: "plan_running",
    _P.STOPPED: "plan_stopped",
    _P.OVER: "plan_over",
}
