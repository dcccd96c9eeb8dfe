"""What a patient's pages call a lead and a quote as they stand, and the mark on a quote that answers older answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.lists import format_list
from flask_babel import get_locale, gettext

from marketplace.leads.states import LeadState
from marketplace.web.patient.blueprint import blueprint
from marketplace.words.lead import DECIDED_AGAINST, LEAD_STATES
from marketplace.words.quote import QUOTE_STATES
from marketplace.words.request import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplace.leads.models import Lead
    from marketplace.quotes.models import Quote
    from marketplace.words.table import Tag


@blueprint.app_template_filter()
def lead_label(lead: Lead) -> Tag:
    """A lead's label and kind of tag; one that ended by the patient's own no is named so."""
    return DECIDED_AGAINST if _is_declined(lead) else LEAD_STATES.patient[lead.state]


@blueprint.app_template_filter()
def quote_label(quote: Quote) -> Tag:
    """The same for a quote."""
    return DECIDED_AGAINST if _is_declined(quote.lead) else QUOTE_STATES.patient[quote.state]


def _is_declined(lead: Lead) -> bool:
    return lead.quote_declined_at is not None and lead.state == LeadState.LOST


def given_before(names: Iterable[str]) -> str | None:
    """The mark on a quote; none where nothing was changed since it was given."""
    changed = [str(ANSWERS.patient[name]) for name in names]
    if not changed:
        return None
    return gettext("Given before you changed: %(answers)s", answers=format_list(changed, locale=get_locale() or "en"))
