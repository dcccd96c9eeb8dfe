"""One mail domain says nothing for as long as it is asked: what everybody else waits for."""

import time

from marketplace.mail import outbox, patient_emails
from marketplace.quote_requests.states import RequestState
from tests.browser import wait_for
from tests.factories import stored_request
from tests.outbox import event_of
from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.real_site import RealSite

SILENT, GOOD = "silent.example", "good.example"
EACH_TAKES = 0.3  # seconds, at a server that answers
CONFIRMATIONS = 5


def put_interleaved(site: RealSite, *, number: int) -> float:
    """So many to each domain, in turns, in one transaction; the moment it was committed."""
    with site.inside():
        for n in range(number):
            for domain in (SILENT, GOOD):
                outbox.put("not_chosen", to=f"p{n}@{domain}", audience="clinic", context={"clinic_name": "Lale"})
    return time.time()


def confirmation(site: RealSite, *, number: int) -> float:
    """Someone submits a request meanwhile: seconds until the email that confirms it was accepted."""
    address = f"confirm{number}@{GOOD}"
    with site.inside():
        patient_emails.confirm_request(event_of(stored_request(RequestState.UNCONFIRMED, email=address)))
    asked = time.time()
    wait_for(lambda: bool(site.mailbox.accepted(to=address)), seconds=60)
    return site.mailbox.accepted(to=address)[0].at - asked


def test_rp15_a_silent_domain_holds_up_nobody_elses_mail(real_site: RealSite, figure: Note) -> None:
    number = scaled(100, least=20)
    real_site.mailbox.behave(delay=EACH_TAKES, silent_for=SILENT)
    put_at = put_interleaved(real_site, number=number)
    time.sleep(1)
    waits = [confirmation(real_site, number=n) for n in range(CONFIRMATIONS)]
    wait_for(lambda: len(real_site.mailbox.accepted(to=GOOD)) == number + CONFIRMATIONS, seconds=120)
    good = [email.at - put_at for email in real_site.mailbox.accepted(to=GOOD) if email.to.startswith("p")]
    attempts = real_site.ask("SELECT coalesce(sum(attempts), 0) FROM email WHERE state = 'waiting'")[0][0]
    real_site.mailbox.behave()
    answers_again = time.time()
    wait_for(lambda: len(real_site.mailbox.accepted(to=SILENT)) == number, seconds=400)
    said = f"good ones within {max(good):.1f} s, confirmations within {max(waits):.1f} s, {attempts} tries"
    figure("RP15", f"{number} + {number} mails, one of two domains silent", said)
    figure("RP15", "the silent domain answers again", f"its mails within {time.time() - answers_again:.0f} s")
    assert max(good) <= 30
    assert max(waits) <= 10
