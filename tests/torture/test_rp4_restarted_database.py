"""PostgreSQL is restarted while the worker drains its queue: it comes back by itself and sends the rest."""

import signal
import time

from tests.torture.conftest import Note
from tests.torture.figures import scaled
from tests.torture.mail_traffic import Traffic
from tests.torture.real_site import RealSite

SLOW, USUAL = 2.0, 0.3  # seconds the mail server takes: the queue grows, and is drained


def test_rp4_a_restart_of_the_database_needs_no_hand(real_site: RealSite, figure: Note) -> None:
    emails = scaled(300, least=40)
    traffic = Traffic(real_site, emails=emails)
    real_site.mailbox.behave(delay=SLOW)
    traffic.ask(emails, at_once=8)
    real_site.mailbox.behave(delay=USUAL)
    time.sleep(SLOW)
    left = emails - len(traffic.arrived())
    postmaster = real_site.kill("postgres", signal.SIGINT)
    began = time.monotonic()
    drained = traffic.drained_within(seconds=60)
    said = f"drained in {time.monotonic() - began:.0f} s, {traffic.lost()} lost, {traffic.duplicates()} duplicates"
    figure("RP4", f"{traffic.sent} mails, PostgreSQL restarted before the last {left}", said)
    assert real_site.pid("postgres") not in (None, postmaster)
    assert (traffic.sent, traffic.lost()) == (emails, 0)
    assert left > 4
    assert drained
