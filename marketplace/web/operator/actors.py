"""Who did what the history tells of."""

from collections.abc import Iterable
from uuid import UUID

from marketplace.accounts.queries import names_of
from marketplace.words.event import ACTORS


def actors(codes: Iterable[str]) -> dict[str, str]:
    """Who did it: staff and members by name, patients and timers by what they are."""
    codes = set(codes)
    people = {code: UUID(code.partition(":")[2]) for code in codes if ":" in code}
    names = names_of(people.values())
    kinds = ACTORS.operator
    return {code: names.get(people[code], code) if code in people else str(kinds.get(code, code)) for code in codes}
