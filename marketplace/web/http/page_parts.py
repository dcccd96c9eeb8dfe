"""Parts of public pages, rendered once for the values that they show and kept in this process: the one that was not
asked for longest goes first.

The template of a part is given its values and nothing else, no session and no request, so that nothing of one reader
can be in what is kept for all. Whatever is shown is a value of the key: a changed price is another key.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from flask import Flask, current_app
from flask_babel import get_locale
from markupsafe import Markup

ROOM = 2**21  # bytes of HTML
MAX_KEPT_LENGTH = 200  # characters of an address that is kept: longer ones are hardly asked for twice
OVERHEAD = 1024  # bytes that Python needs beside: keys, dictionary (measured, rounded up)
Key = tuple[Hashable, ...]
Value = TypeVar("Value")


class Kept(Generic[Value]):
    """What was made last, by its key: `room` bytes at most, by the `size` of each."""

    def __init__(self, room: int, *, size: Callable[[Value], int]) -> None:
        self.room, self.bytes = room, 0
        self._size = size
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Returns the value, made now where it is not kept."""
        with self._lock:
            found = self._values.get(key)
            if found is not None:
                self._values.move_to_end(key)
                return found
        made = make()
        with self._lock:
            if key not in self._values:
                self._values[key] = made
                self.bytes += OVERHEAD + self._size(made)
            while self.bytes > self.room:
                self.bytes -= OVERHEAD + self._size(self._values.popitem(last=False)[1])
        return made


def store(room: int = ROOM) -> Kept[Markup]:
    """Returns an empty store of parts."""
    return Kept(room, size=sys.getsizeof)


def kept(key: Key, make: Callable[[], Markup]) -> Markup:
    """Returns the part with this key in the reader's language."""
    parts: Kept[Markup] = current_app.extensions["page_parts"]
    return parts.get((get_locale(), *key), make)


def part(template: str, /, **values: Hashable) -> Markup:
    """Returns what a template shows of these values, each part of the key."""
    return kept((template, *values.items()), lambda: rendered(template, **values))


def rendered(template: str, /, **values: object) -> Markup:
    """Returns what a template shows of these values alone, to be kept."""
    return Markup(current_app.jinja_env.get_template(template).render(values))  # noqa: S704 - a template of ours


def install(app: Flask) -> None:
    """Gives the app its store, and templates `part`."""
    app.extensions["page_parts"] = store()
    app.jinja_env.globals["part"] = part
