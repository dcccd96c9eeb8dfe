"""What an inbox holds, read as a page reads it, and whether what triggers keep of it is what there is."""

from uuid import UUID

from sqlalchemy import text

from marketplace.extensions import db
from marketplace.foundation.database.roles import as_system
from marketplace.leads.models import Lead
from marketplace.leads.states import TABS
from marketplace.quotes.inbox import InboxFilter, inbox

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)


def rebuilt_inbox() -> int:
    """Makes what leads know for the inbox anew, and returns of how many it was another."""
    db.session.flush()
    with as_system():
        return int(
            db.session.execute(text("SELECT rebuild_inbox(:first, :last)"), {"first": FIRST, "last": LAST}).scalar_one()
        )


def listed(clinic_id: UUID, tab: str | None = None, *, unread: bool = False) -> list[UUID]:
    """The leads on the first page of a list, in its order."""
    db.session.flush()
    return [row.lead_id for row in inbox(clinic_id, InboxFilter(tab, unread)).rows]


def tabs_of(lead: Lead) -> list[str]:
    """The lists that a lead is in."""
    return [tab for tab in TABS if lead.id in listed(lead.clinic_id, tab)]


def counted(clinic_id: UUID) -> dict[str, int]:
    """The numbers beside the lists."""
    db.session.flush()
    return {name: total.number for name, total in inbox(clinic_id, InboxFilter("new")).counts.items()}
