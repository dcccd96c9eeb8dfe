"""Drafts as a patient fills them in, by the site's own actions, with the browser session that holds each."""

from datetime import timedelta

from marketplace.accounts import session_store
from marketplace.accounts.session_store import WebSession
from marketplace.clinics.models import Clinic
from marketplace.foundation import clock
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest

PROCEDURE, HOME, LANGUAGE = "facial", "GB", "en"


def draft(n: int, *, destinations: list[str] | None = None) -> QuoteRequest:
    """Makes a draft with every answer but the clinics; the address is another for each `n`."""
    made = drafts.start()
    drafts.answer_treatment(made, procedure_slug=PROCEDURE, concern=None)
    drafts.answer_where(made, home_country=HOME, destinations=destinations or [])
    drafts.answer_when(made, timing="quarter", month_from=None, month_to=None)
    drafts.answer_coded_choices(made, {"trips": "2"})
    drafts.answer_budget(made, amount=None, currency=None, scope=None, share=False)
    drafts.answer_health(made, conditions=["none"], details="")
    drafts.answer_you(
        made, name="Ana", email=f"ana{n}@patient.example", phone="", languages=[LANGUAGE], questions=["How long?"]
    )
    return made


def tick(made: QuoteRequest, clinics: list[Clinic]) -> None:
    """Ticks the clinics the request is to go to."""
    drafts.answer_clinics(made, clinics=clinics, wait=False)


def browser(made: QuoteRequest) -> str:
    """Makes the session of the browser that fills in the draft; returns its cookie."""
    token, now = session_store.new_token(), clock.now()
    values = {"draft": str(made.id), "draft_ref": made.ref}
    day = timedelta(hours=24)
    row = WebSession(
        id=session_store.id_of(token),
        account_id=None,
        data=session_store.seal(values, token=token),
        started_at=now,
        seen_at=now,
        expires_at=now + day,
        absolute_expiry_at=now + 30 * day,
        authenticated_at=None,
        idle_seconds=int(day.total_seconds()),
        remembered=False,
    )
    session_store.insert_row(row, ending=())
    return f"sid={token}"
