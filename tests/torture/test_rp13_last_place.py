"""The last free places of a clinic, and sixteen people who confirm at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from marketplace.extensions import db
from marketplace.foundation.security import signed_links
from marketplace.leads.submission import submit
from tests.factories import build_clinic, build_draft
from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.poster import Poster
from tests.torture.real_site import RealSite

PEOPLE = 16
PLACES = (1, 5)  # in turn


def asking(site: RealSite, turn: int) -> list[str]:
    """The paths of sixteen confirmations for one clinic that has so many places left."""
    with site.inside():
        places = PLACES[turn % len(PLACES)]
        clinic = build_clinic(f"Clinic {turn}", slug=f"clinic-{turn}", daily_capacity=places)
        paths = []
        for number in range(PEOPLE):
            request = build_draft(clinic, email=f"p{turn:03}-{number:02}@patient.example")
            submit(request, share_health=False, aftercare=False)
            link = signed_links.issue("confirm", subject_id=request.id, lifetime=timedelta(hours=1))
            db.session.flush()
            paths.append(f"/q/{signed_links.token_of(link)}/confirm")
        return paths


def at_once(site: RealSite, paths: list[str]) -> list[int]:
    """Everybody has the page open; then all press the button."""
    start = Barrier(len(paths))

    def press(path: str) -> int:
        poster = Poster(site.port)
        tokens = poster.get(path).tokens()
        start.wait(60)
        return poster.send(path, tokens).status

    with ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(press, paths))


def test_rp13_the_last_places_are_taken_once(real_site: RealSite, figure: Note) -> None:
    rounds = scaled(50, least=4)
    over = under = 0
    statuses: set[int] = set()
    for turn in range(rounds):
        statuses |= set(at_once(real_site, asking(real_site, turn)))
        leads = "SELECT count(*) FROM lead JOIN clinic ON clinic.id = clinic_id WHERE slug = %s"
        given = real_site.ask(leads, f"clinic-{turn}")[0][0]
        over += given > PLACES[turn % len(PLACES)]
        under += given < PLACES[turn % len(PLACES)]
    figure("RP13", f"{rounds} x {PEOPLE} at once for the last 1 or 5 places", f"{over} over, {under} under the cap")
    assert statuses <= {303, 409}, "whoever comes late is shown that the clinic is full"
    assert (over, under) == (0, 0)
