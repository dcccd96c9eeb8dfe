"""Parts of public pages, rendered once for the values that they show and kept in this process: the one that was not
asked for longest goes first.

The template of a part is given its values and nothing else, no session and no request, so that nothing of one reader
can be in what is kept for all. Whatever is shown is a value of the key: a changed price is another key.
"""

import sys
from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from flask import Flask, current_app
from flask_babel import get_locale
from markupsafe import Markup

ROOM = 4 * 2**20  # bytes of HTML
OVERHEAD = 1024  # bytes that Python needs beside: keys, dictionary (measured, rounded up)
Key = tuple[Hashable, ...]


class PageParts:
    """Parts by their key, of `room` bytes at most."""

    def __init__(self, room: int = ROOM) -> None:
        self.room, self.bytes = room, 0
        self._parts: OrderedDict[Key, Markup] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._parts)

    def get(self, key: Key, make: Callable[[], str]) -> Markup:
        """Returns the part, made now where it is not kept."""
        with self._lock:
            found = self._parts.get(key)
            if found is not None:
                self._parts.move_to_end(key)
                return found
        made = Markup(make())  # noqa: S704 - what a template of ours rendered
        with self._lock:
            if key not in self._parts:
                self._parts[key] = made
                self.bytes += _size(made)
            while self.bytes > self.room:
                self.bytes -= _size(self._parts.popitem(last=False)[1])
        return made


def _size(part: Markup) -> int:
    return OVERHEAD + sys.getsizeof(part)


def kept(key: Key, make: Callable[[], str]) -> Markup:
    """Returns the part with this key in the reader's language."""
    parts: PageParts = current_app.extensions["page_parts"]
    return parts.get((get_locale(), *key), make)


def part(template: str, /, **values: Hashable) -> Markup:
    """Returns what a template shows of these values, each part of the key."""
    return kept((template, *values.items()), lambda: current_app.jinja_env.get_template(template).render(values))


def install(app: Flask) -> None:
    """Gives the app its store, and templates `part`."""
    app.extensions["page_parts"] = PageParts()
    app.jinja_env.globals["part"] = part
