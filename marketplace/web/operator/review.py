"""The queue for operators: flagged quotes, unconfirmed deletions, and amounts that may be wrong."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import current_user

from marketplace.clinics import operator_queries
from marketplace.foundation.problems import WrongState
from marketplace.quote_requests import queries as request_desk
from marketplace.quotes.flags import flagged_sentences
from marketplace.quotes.terms import FIELDS
from marketplace.reviews import actions, queries
from marketplace.reviews.models import Outcome, ReviewItem
from marketplace.web.filters import money_text
from marketplace.web.forms.query import Tab
from marketplace.web.http.errors import rollback
from marketplace.web.http.writing import writes
from marketplace.web.operator.audit import actors
from marketplace.web.operator.blueprint import blueprint
from marketplace.web.operator.list_query import chosen, page_number, page_url, problems, within
from marketplace.words.review import AMOUNT_FACTS, REVIEW_CODES, REVIEW_FACTS, REVIEW_KINDS, REVIEW_OUTCOMES

MAX_NOTE = 500


@blueprint.get("/review")
def list_review_items() -> ResponseReturnValue:
    """Shows the items, oldest first; decided items have their own tab."""
    return _page()


@blueprint.post("/review/<uuid:item_id>/decide")
@writes
def decide_review_item(item_id: UUID) -> ResponseReturnValue:
    """Stores how the item ended, with a note for colleagues. Raises NotFound or Refused."""
    item, outcome, note = queries.by_id(item_id), request.form.get("outcome", ""), request.form.get("note", "").strip()
    if outcome not in REVIEW_OUTCOMES.operator:
        return _page(refused=(item_id, _("Select what became of it")), note=note), 422
    if len(note) > MAX_NOTE:
        return _page(refused=(item_id, _("Enter %(n)s characters or fewer", n=MAX_NOTE)), note=note), 422
    try:
        actions.decide(item, outcome=Outcome(outcome), by=current_user.id, note=note)
    except WrongState:
        rollback()
        return _page(meanwhile=queries.by_id(item_id), note=note), 409
    flash(_("The decision is recorded"), "success")
    return redirect(url_for("operator.list_review_items"), 303)


def _page(*, refused: tuple[UUID, str] | None = None, meanwhile: ReviewItem | None = None, note: str = "") -> str:
    decided, page = chosen("state", ["decided"]) == "decided", page_number()
    kind = chosen("kind", REVIEW_KINDS.operator, field="kind")
    found = within(queries.items(decided=decided, kind=kind, page=page), wanted=page)
    return render_template(
        "operator/review/list.html",
        kinds=REVIEW_KINDS.operator,
        outcomes=REVIEW_OUTCOMES.operator,
        found=found,
        tabs_shown=_tabs(is_decided=decided),
        decided=decided,
        kind=kind,
        details={item.id: _detail(item) for item in found.rows},
        sentences={item.id: flagged_sentences(item.kind, item.subject_id) for item in found.rows},
        clinics=operator_queries.names_of(item.clinic_id for item in found.rows if item.clinic_id),
        refs=request_desk.refs_of(item.request_id for item in found.rows if item.request_id),
        page_url=page_url,
        refused=refused,
        meanwhile=meanwhile,
        decided_by=_who(meanwhile),
        note=note,
        has_errors=refused is not None or meanwhile is not None or bool(problems()),
    )


def _tabs(*, is_decided: bool) -> list[Tab]:
    """Returns the tabs of waiting and of decided items."""
    decided_url = url_for("operator.list_review_items", state="decided")
    return [
        Tab(_("To look at"), url_for("operator.list_review_items"), not is_decided),
        Tab(_("Decided"), decided_url, is_decided),
    ]


def _who(item: ReviewItem | None) -> str:
    """Returns the name of whoever decided the item; the site where it ended by itself."""
    code = f"operator:{item.decided_by}" if item and item.decided_by else "system"
    return actors([code])[code]


def _detail(item: ReviewItem) -> list[str]:
    """Returns each code or figure with its label, always in one order; amounts in their currency."""
    currency = str(item.detail.get("currency", ""))
    order = list(REVIEW_FACTS)
    named = sorted(item.detail, key=lambda name: (order.index(name) if name in order else len(order), name))
    return [
        f"{REVIEW_FACTS.operator.get(name, name.replace('_', ' '))}: {_value(name, item.detail[name], currency)}"
        for name in named
        if name != "currency"
    ]


def _value(name: str, value: str | int, currency: str) -> str:
    if currency and name in AMOUNT_FACTS:
        return money_text(int(value), currency)
    described = {field: about.operator for field, about in FIELDS.items() if name == "field" and about.operator}
    codes = {**REVIEW_CODES.get(name, {}), **described}
    return ", ".join(str(codes.get(part, part)) for part in str(value).split(", "))
