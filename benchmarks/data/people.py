"""Who signs in where pages of clinics and operators are measured, and how they do."""

import http.client
import re
import time
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from benchmarks.load import WrongAnswer
from benchmarks.servers import Server
from marketplace.accounts.actions import make_account, operator_role
from marketplace.clinics.models import Membership
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.quote_requests.request_links import PAGE

KEPT_OPEN = 2.0  # seconds: a server closes what idles for longer than it likes
OWNER, OPERATOR = "owner@busy.example", "operator@busy.example"
PASSWORD = "a long enough password 1"  # noqa: S105 - of people who do not exist


def make_people(*, clinic: UUID) -> None:
    """Makes the clinic's owner and an operator. The caller commits."""
    owner = make_account(email=OWNER, name="Owner", password=PASSWORD)
    db.session.add(Membership(clinic_id=clinic, account_id=owner.id, role=TeamRole.OWNER))
    operator = make_account(email=OPERATOR, name="Operator", password=PASSWORD)
    operator.roles = [operator_role()]
    db.session.flush()


def link_to(request_id: UUID) -> str:
    """Returns the path of a new link to a request's page. The caller commits."""
    return "/q/" + signed_links.token_of(signed_links.issue(PAGE, subject_id=request_id, lifetime=timedelta(days=1)))


class Browser:
    """Keeps cookies, sends forms with their hidden fields, follows nothing."""

    def __init__(self, server: Server, cookie: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.cookie = cookie
        self.body = ""
        self._asked_at = time.monotonic()

    def get(self, path: str) -> http.client.HTTPResponse:
        """Asks for a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> http.client.HTTPResponse:
        """Sends a form."""
        return self._ask("POST", path, urlencode(fields))

    def hidden(self) -> dict[str, str]:
        """Returns the hidden fields of the page that was read last."""
        tags = [tag for tag in re.findall(r"<input\b[^>]*>", self.body) if 'type="hidden"' in tag]
        found = {_attribute(tag, "name"): _attribute(tag, "value") for tag in tags}
        return {name: value for name, value in found.items() if name}

    def _ask(self, method: str, path: str, form: str | None) -> http.client.HTTPResponse:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self._asked_at > KEPT_OPEN:
            self.connection.close()  # it opens again by itself
        self._asked_at = time.monotonic()
        self.connection.request(method, path, form, headers)
        answer = self.connection.getresponse()
        self.body = answer.read().decode("utf-8", "replace")
        for given in answer.headers.get_all("Set-Cookie", []):
            if given.startswith("sid="):
                self.cookie = given.partition(";")[0]
        return answer


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found.group(1).replace("&#34;", '"').replace("&amp;", "&") if found else ""


def sign_in(server: Server, email: str) -> str:
    """Signs in by the form; returns the cookie. Raises WrongAnswer."""
    browser = Browser(server)
    browser.get("/account/login")
    answer = browser.post("/account/login", {**browser.hidden(), "email": email, "password": PASSWORD})
    if answer.status != 303:
        raise WrongAnswer(f"signing in answers {answer.status}: {browser.body[-300:]}")
    return browser.cookie
