"""What the database holds of the people who asked, and whether any of it is half of something."""

from marketplace.foundation.security.sealed import keyring
from tests.torture.people import Person
from tests.torture.real_site import Observed

# A request that was sent has consents and the mail to confirm; a confirmed one has its leads and their mails.
OF_ADDRESS = """
    SELECT request.state,
      (SELECT count(*) FROM consent WHERE request_id = request.id),
      (SELECT count(*) FROM email WHERE request_id = request.id AND name = 'confirm_request'),
      (SELECT count(*) FROM lead WHERE request_id = request.id),
      (SELECT count(*) FROM email WHERE request_id = request.id AND name = 'request_sent'),
      (SELECT count(*) FROM email WHERE request_id = request.id AND audience = 'clinic'),
      (SELECT count(*) FROM email WHERE request_id = request.id AND state = 'waiting' AND NOT EXISTS
        (SELECT 1 FROM procrastinate_jobs WHERE args ->> 'email_id' = email.id::text AND status IN ('todo', 'doing')))
    FROM quote_request request WHERE email_hash = %s AND state <> 'draft'
"""
SENT = ("unconfirmed", 1, 1, 0, 0, 0, 0)
CONFIRMED = ("open", 1, 1, 1, 1, 1, 0)


def of(site: Observed, person: Person) -> list[tuple[object, ...]]:
    """State and counts of each request of this address."""
    with site.app.app_context():
        return site.ask(OF_ADDRESS, keyring.look_up_hash(person.address))


def judge(site: Observed, people: list[Person]) -> tuple[int, int]:
    """How many acknowledged steps are missing, and how many people have half of something or two of one."""
    missing = halves = 0
    for person in people:
        found = of(site, person)
        halves += len(found) > 1 or any(row not in (SENT, CONFIRMED) for row in found)
        missing += (person.sent and not found) or (person.confirmed and CONFIRMED not in found)
    return missing, halves
