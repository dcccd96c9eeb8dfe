"""The last email about a request: it is deleted, and where to read whether the clinics deleted their copies."""

from datetime import timedelta

from marketplace.extensions import db
from marketplace.foundation.audit.log import Event
from marketplace.leads.deletion import CHASED_AFTER, duties_by_clinic
from marketplace.mail.links import ConfirmationsLink
from marketplace.mail.patients import put
from marketplace.mail.retention import BOUNCE_LIVES
from marketplace.mail.verdicts import GIVE_UP_AFTER
from marketplace.mail.wording import day
from marketplace.quote_requests.links import confirmations_until
from marketplace.quote_requests.models import QuoteRequest


def request_deleted(event: Event) -> None:
    """Forgets its recipient once it is sent or given up (RequestWithdrawn).

    Its link outlives the request: it shows which clinics have confirmed, and nothing of the person.
    """
    request = db.session.get_one(QuoteRequest, event.request_id)
    context = {
        "until": day(confirmations_until(request).date(), locale=request.locale),
        "is_last": True,
        "hours": GIVE_UP_AFTER // timedelta(hours=1),
        "bounce_days": BOUNCE_LIVES.days,
        "chased_after": [after.days for after in CHASED_AFTER],
    }
    link = ConfirmationsLink(request) if duties_by_clinic(request) else None
    put("request_deleted", request, context=context, link=link, outlives_request=True)
