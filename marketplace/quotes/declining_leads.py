"""A clinic's no to a request: never while a quote of its own is about to go out."""

from flask_babel import gettext

from marketplace.foundation.problems import WrongState
from marketplace.leads import actions
from marketplace.leads.freezing import must_go_on
from marketplace.leads.models import Lead
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quotes.drafting import held_of


def decline(lead: Lead, reason: str) -> None:
    """Declines with a reason of the list. Raises WrongState while a quote waits to go out."""
    must_go_on(lead)
    REQUEST.lock(lead.request)
    must_hold_no_quote(lead)
    actions.decline(lead, reason)


def must_hold_no_quote(lead: Lead) -> None:
    """Raises WrongState while a quote of this clinic waits to go out."""
    if held_of(lead) is not None:
        raise WrongState("quote_held_already", gettext("A quote is about to go out. Undo it before you decline"))
