"""Killed between two emails, nothing is lost: the worker comes back by itself and sends the rest."""

import http.cookiejar
import signal
import urllib.parse
import urllib.request

import psutil
import pytest

from tests.browser import Site, wait_for
from tests.reading import Page

pytestmark = pytest.mark.xdist_group("site")


def browser() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def post(opener: urllib.request.OpenerDirector, url: str, **fields: str | list[str]) -> str:
    """Fills the page's form as it stands, with these values, and sends it; the page it leads to."""
    page = opener.open(url).read().decode()
    body = urllib.parse.urlencode(Page(page).fields() | fields, doseq=True).encode()
    with opener.open(url, data=body) as answer:
        assert answer.status == 200
        return str(answer.url)


def a_request(site: Site, address: str) -> None:
    """A confirmed request: every further ask for its link is one more mail, none of which ends another's link."""
    opener = browser()
    ask = site.url + "/get-quotes"
    post(opener, ask)
    post(opener, ask + "/treatment", procedure="facial")
    post(opener, ask + "/where", home_country="GB", destinations="TR")
    post(opener, ask + "/when", timing="quarter", trips="2")
    post(opener, ask + "/budget")
    post(opener, ask + "/health", conditions="none")
    post(opener, ask + "/you", name="Sample Kim", email=address, languages="en")
    post(opener, ask + "/clinics", clinics=["clinic-lale"])
    assert post(opener, ask + "/check", adult="y").endswith("/sent")
    confirmation = site.mail(address, "Confirm your request")
    post(opener, next(link for link in confirmation.links if link.endswith("/confirm")))
    site.mail(address, "Your request")


def kill(site: Site, part: str) -> None:
    """SIGKILL, as a machine short of memory would do it."""
    children = psutil.Process(site.process.pid).children(recursive=True)
    victims = [child for child in children if part in " ".join(child.cmdline())]
    assert victims, [child.cmdline() for child in children]
    victims[0].send_signal(signal.SIGKILL)


def asked_again(site: Site, address: str, times: int) -> None:
    opener = browser()
    for _ in range(times):
        post(opener, site.url + "/my/link", email=address)


def arrived(site: Site, address: str) -> int:
    """Different mails: a copy has the Message-ID of its original."""
    return len({mail.message_id for mail in site.mails_to(address)})


def test_a_killed_worker_loses_no_mail(site: Site) -> None:
    address = "killed-worker@patient.example"
    a_request(site, address)
    before = arrived(site, address)
    asked_again(site, address, 5)
    kill(site, "worker")
    asked_again(site, address, 5)
    wait_for(lambda: arrived(site, address) == before + 10, seconds=75)


def test_a_killed_database_loses_no_mail(site: Site) -> None:
    address = "killed-database@patient.example"
    a_request(site, address)
    before = arrived(site, address)
    asked_again(site, address, 3)
    running = site.folder / "data" / "postgres" / "postmaster.pid"
    earlier = running.read_text().splitlines()
    pid = int(earlier[0])
    # Below a user namespace the file holds the number of the inside.
    if psutil.pid_exists(pid) and "postgres" in psutil.Process(pid).name():
        psutil.Process(pid).send_signal(signal.SIGKILL)
    else:
        kill(site, "postgres")
    # The server's processes outlive their parent for a moment and answer: only another start time means a new server.
    wait_for(lambda: running.exists() and running.read_text().splitlines()[2:3] != earlier[2:3], seconds=30)
    wait_for(lambda: answers(site), seconds=30)
    asked_again(site, address, 3)
    wait_for(lambda: arrived(site, address) == before + 6, seconds=75)


def answers(site: Site) -> bool:
    try:
        return bool(urllib.request.urlopen(site.url + "/readyz", timeout=3).status == 200)
    except OSError:
        return False
