"""What reaches a view can be stored and shown: paths, queries, cookies and bodies are held to it before any page."""

from urllib.parse import urlsplit

from flask import Flask, abort, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.routing import IntegerConverter, Map, UnicodeConverter, ValidationError

from marketplace.foundation.security.input_safety import has_unsafe_characters, own_path
from marketplace.web.access import policy_here

MAX_INTEGER = 2**31 - 1  # an integer of PostgreSQL
MAX_NAME_LENGTH, MAX_VALUE_LENGTH, MAX_QUERY_LENGTH = 300, 2000, 8000
PASTED = " \t\r\n"  # what a paste brings along
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data", ""}


class Name(UnicodeConverter):
    """A part of a path; what no name holds is not found."""

    def to_python(self, value: str) -> str:
        """Returns the part of the path as it is. Raises ValidationError for what no name holds."""
        if has_unsafe_characters(value) or len(value) > MAX_NAME_LENGTH:
            raise ValidationError
        return value


class Number(IntegerConverter):
    """A number the database can hold; any other is not found."""

    def __init__(
        self, map: Map, fixed_digits: int = 0, min: int | None = None, max: int | None = None, signed: bool = False
    ) -> None:
        bound = MAX_INTEGER if max is None or max > MAX_INTEGER else max
        super().__init__(map, fixed_digits, min=min, max=bound, signed=signed)


def number(name: str, *, default: int, low: int, high: int) -> int:
    """A whole number of the query, drawn into its bounds."""
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        return default
    return min(max(int(text), low), high)


def is_page(text: str) -> bool:
    """Whether it is the number of a page: 1 and up, in five digits at most."""
    return text.isascii() and text.isdigit() and len(text) <= 5 and int(text) > 0


def enforce_rules() -> None:
    """A query or a body that breaks them is refused whole; a cookie that does is none."""
    plain = [(name, value) for name, value in request.cookies.items(multi=True) if _plain(value)]
    request.cookies = ImmutableMultiDict(plain)
    if len(request.query_string) > MAX_QUERY_LENGTH or _strange(request.args):
        abort(400)
    if not _can_be_read(request.referrer or ""):
        abort(400)
    granted = policy_here()
    if granted is None or not granted.from_elsewhere:
        _check_body()


def _check_body() -> None:
    """Our own forms name the field that breaks them; Flask-Security's know no such rule."""
    if request.mimetype not in FORMS:
        abort(415)
    if request.blueprint == "security" and (request.files or _strange(request.form, around=PASTED)):
        abort(400)
    for given in (*request.args.getlist("next"), *request.form.getlist("next")):
        if given and own_path(given) is None:
            abort(400)


def _can_be_read(address: str) -> bool:
    """Libraries take it apart without asking."""
    try:
        urlsplit(address).port  # noqa: B018 - reading it is the question
    except ValueError:
        return False
    return True


def _plain(value: str) -> bool:
    return value.isascii() and not has_unsafe_characters(value)


def _strange(given: MultiDict[str, str], *, around: str = "") -> bool:
    """A name or value with control characters, or too long; those of `around` may stand at a value's ends."""
    pairs = ((name, value.strip(around) if around else value) for name, value in given.items(multi=True))
    return any(has_unsafe_characters(name + value) or len(value) > MAX_VALUE_LENGTH for name, value in pairs)


def install(app: Flask) -> None:
    """Before the first page is bound: a rule takes its converters when it is made."""
    app.url_map.converters.update(default=Name, string=Name, int=Number)
    app.before_request(enforce_rules)
