"""A browser without a screen: it keeps cookies, reads the tokens of a page and posts real forms."""

import html
import http.client
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.reading import Page

TOKEN = re.compile(r'<input[^>]*name="(csrf_token|idem|shown)"[^>]*>')
VALUE = re.compile(r'value="([^"]*)"')
Fields = dict[str, str] | dict[str, list[str]] | dict[str, str | list[str]]


@dataclass(frozen=True)
class Answer:
    """Status 0 when there was none: refused, reset or too late."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    began: float = 0
    ended: float = 0

    @property
    def location(self) -> str:
        """Where a 303 leads: path and query."""
        parts = urlsplit(self.headers.get("location", ""))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def tokens(self) -> dict[str, str]:
        """csrf_token, idem and shown of the page's first form that has them; quicker than reading the whole page."""
        found: dict[str, str] = {}
        for match in TOKEN.finditer(self.text):
            value = VALUE.search(match.group())
            found.setdefault(match.group(1), html.unescape(value.group(1)) if value else "")
        return found


class Poster:
    """One browser; every request has a connection of its own."""

    def __init__(self, port: int, *, wait: float = 30) -> None:
        self._port, self._wait = port, wait
        self._cookies: dict[str, str] = {}
        self.answers: list[Answer] = []

    def get(self, path: str) -> Answer:
        """A page."""
        return self._ask("GET", path, None)

    def send(self, path: str, fields: Fields) -> Answer:
        """Just these fields."""
        return self._ask("POST", path, urlencode(fields, doseq=True).encode())

    def post(self, path: str, **fields: str | list[str]) -> Answer:
        """Fetches the page, fills its first form as it stands, with these values, and sends it there."""
        page = self.get(path)
        return self.send(path, Page(page.text).fields() | fields) if page.status == 200 else page

    def _ask(self, method: str, path: str, body: bytes | None) -> Answer:
        began = time.time()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=self._wait)
        try:
            connection.request(method, path, body, self._headers(body))
            raw = connection.getresponse()
            text = raw.read().decode()
        except (OSError, http.client.HTTPException):
            answer = Answer(0, began=began, ended=time.time())
        else:
            self._remember(raw)
            headers = {name.lower(): value for name, value in raw.getheaders()}
            answer = Answer(raw.status, headers, text, began, time.time())
        finally:
            connection.close()
        self.answers.append(answer)
        return answer

    def _headers(self, body: bytes | None) -> dict[str, str]:
        headers = {"Connection": "close"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers

    def _remember(self, raw: http.client.HTTPResponse) -> None:
        for line in raw.headers.get_all("Set-Cookie", []):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
