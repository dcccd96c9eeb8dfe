"""Lifecycles: one stored state a thing, one table of legal moves, a moment for every move."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Update, bindparam, func, select, update
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.foundation.database import gathering
from marketplace.foundation.database.columns import Base
from marketplace.foundation.problems import WrongState

Thing = TypeVar("Thing", bound=Base)
State = TypeVar("State", bound=StrEnum)


class Lifecycle(Generic[Thing, State]):
    """The legal moves of one kind of thing."""

    def __init__(
        self,
        thing: type[Thing],
        moves: Mapping[State, frozenset[State]],
        *,
        refusal: str,
        column: str = "state",
    ) -> None:
        """`refusal` is the code of a WrongState for a move that the table does not allow."""
        self.thing = thing
        self.moves = moves
        self.refusal = refusal
        self.column = column

    def state_of(self, thing: Thing) -> State:
        """The stored state of the thing."""
        state: State = getattr(thing, self.column)
        return state

    def may(self, thing: Thing, to: State) -> bool:
        """Whether the table allows the move."""
        return to in self.moves.get(self.state_of(thing), frozenset())

    def lock(self, thing: Thing) -> None:
        """Locks the row until the end of the transaction and reads it anew: of two at once one goes first."""
        db.session.flush()
        # Whoever only refers to the row (a mail, a look) need not wait: two orders of locks would end as a deadlock.
        db.session.refresh(thing, with_for_update={"of": type(thing), "key_share": True})

    def move(self, thing: Thing, to: State, *, is_locked: bool = False, **also: bool) -> None:
        """Locks the thing, sets its state and its moment. Raises WrongState when the table does not allow the move.

        `is_locked`: it was locked and read by this transaction already. `also` are other columns, set with the state.
        """
        if not is_locked:
            self.lock(thing)
        if not self.may(thing, to):
            raise WrongState(self.refusal)
        with db.session.no_autoflush:
            gathering.change(thing, **{f"{to}_at": clock.now(), self.column: to, **also})
        if not gathering.is_on():
            db.session.flush()

    def move_statement(self, to: State, **also: ColumnElement[Any] | int) -> Update:
        """Returns the move as a statement, to be built once: sets the state, its moment and `also` of one locked row.

        Its parameters are `moved_id` and `moved_at`. It changes nothing where the table does not allow the move.
        """
        table = self.thing.__table__
        may = [state for state, following in self.moves.items() if to in following]
        changed = {self.column: to, f"{to}_at": bindparam("moved_at"), **also}
        row = (table.c.id == bindparam("moved_id")) & table.c[self.column].in_(may)
        return update(self.thing).where(row).values(changed)


def count_by_state(column: InstrumentedAttribute[State], states: Iterable[State]) -> dict[str, int]:
    """Returns how many rows stand in each of these states, 0 where none does."""
    wanted = list(states)
    query = select(column, func.count()).where(column.in_(wanted)).group_by(column)
    counts: dict[str, int] = {state: number for state, number in db.session.execute(query)}
    return {state: counts.get(state, 0) for state in wanted}
