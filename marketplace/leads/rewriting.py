"""Before a request is confirmed nothing has gone out: its answers and its address can still be changed."""

from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import WrongState
from marketplace.foundation.security import signed_links
from marketplace.leads.consent import rewriting_text
from marketplace.leads.consent_rows import revoke_all
from marketplace.leads.sending import ask_to_confirm
from marketplace.quote_requests import drafts, queries
from marketplace.quote_requests.events import RequestAddressCorrected, RequestRewritten
from marketplace.quote_requests.lifecycle import REQUEST
from marketplace.quote_requests.links import CONFIRM
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.states import RequestState


def rewrite(request: QuoteRequest) -> None:
    """Makes it a draft again, with every answer and tick; its link and its consents end. Raises WrongState."""
    _end_links(request)
    _lock_unconfirmed(request)
    REQUEST.move(request, RequestState.DRAFT)
    request.reminded_at = None
    drafts.touch(request)
    revoke_all(request, words=rewriting_text())
    record(RequestRewritten(request_id=request.id))


def correct_address(request: QuoteRequest, email: str) -> None:
    """The mail to confirm goes to this address, and the link that went to the first is dead. Raises WrongState."""
    _end_links(request)
    _lock_unconfirmed(request)
    drafts.seal_contact(request, email=email, phone=queries.answers(request).phone)
    request.reminded_at = None
    ask_to_confirm(request, RequestAddressCorrected)


def _lock_unconfirmed(request: QuoteRequest) -> None:
    REQUEST.lock(request)
    if request.state != RequestState.UNCONFIRMED:
        raise WrongState(f"request_{request.state}")


def _end_links(request: QuoteRequest) -> None:
    """Before the request is locked: whoever confirms locks the link first, too."""
    signed_links.end_all(CONFIRM, subject_id=request.id)
