"""Changes answers of an open request: clinics see the new ones, and the audit log says which they were."""

from collections.abc import Mapping

from marketplace.foundation.audit.log import record
from marketplace.foundation.problems import WrongState
from marketplace.quote_requests.answer_table import ANSWERS
from marketplace.quote_requests.earlier_answers import store_earlier
from marketplace.quote_requests.events import RequestChanged
from marketplace.quote_requests.models import REQUEST, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.quote_requests.queries import answers
from marketplace.quote_requests.states import REQUEST_REFUSALS, TAKES_QUOTES, RequestState

Facts = Mapping[str, object]


def begin(request: QuoteRequest) -> Facts:
    """Locks the request and returns its answers as they are. Raises WrongState once it is no longer open."""
    REQUEST.lock(request)
    if request.state not in TAKES_QUOTES:
        raise WrongState(REQUEST_REFUSALS[request.state])
    return _facts(request)


def begin_removal(request: QuoteRequest) -> Facts:
    """Locks the request, so that something given can be removed in any state.

    Raises WrongState once nothing is left.
    """
    REQUEST.lock(request)
    if request.state in {RequestState.WITHDRAWN, RequestState.ERASED}:
        raise WrongState(REQUEST_REFUSALS[request.state])
    return _facts(request)


def done(request: QuoteRequest, before: Facts) -> list[str]:
    """Records and returns the names of the answers that differ from before, and stores what those were."""
    changed = [name for name, value in _facts(request).items() if value != before[name]]
    for name in changed:
        record(RequestChanged(request_id=request.id, reason=name))
    store_earlier(request, before, changed)
    return changed


def _facts(request: QuoteRequest) -> Facts:
    """Each answer by its name; one that is kept to oneself is named `own_...`, so that telling it is a change."""
    opened, photo_ids = answers(request), [photo.id for photo in photos_of(request)]
    sealed = vars(opened) | {"conditions": sorted(opened.conditions)}
    facts: dict[str, object] = {}
    for name, answer in ANSWERS.items():
        value = [*open_value(request, name), *(sealed[part] for part in answer.sealed)]
        if answer.shared_by:
            is_shared = getattr(request, answer.shared_by)
            facts |= {name: value if is_shared else None, f"own_{name}": None if is_shared else value}
        else:
            facts[name] = photo_ids if name == "photos" else value
    return facts


def open_value(request: QuoteRequest, name: str) -> list[object]:
    """Returns what the open columns of an answer hold; lists in one order."""
    values = [getattr(request, column) for column in ANSWERS[name].columns]
    return [sorted(value) if isinstance(value, list) else value for value in values]


def shared_with_clinics(request: QuoteRequest) -> dict[str, list[object] | None]:
    """Returns the open answers that clinics read, by name; None for one that the patient keeps to themselves."""
    shown = {name: answer for name, answer in ANSWERS.items() if answer.columns and answer.read_by_clinics}
    return {
        name: open_value(request, name) if not answer.shared_by or getattr(request, answer.shared_by) else None
        for name, answer in shown.items()
    }
