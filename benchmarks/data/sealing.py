"""Seals what invented requests keep sealed, by the site's own code."""

from collections.abc import Callable
from uuid import UUID

from benchmarks.data.requests import REQUEST, Sealed
from marketplace.foundation.security.sealed import Box, new_data_key

WHOLE = 100  # so many requests can be opened altogether; of the others the name


def sealer() -> Callable[[UUID], Sealed]:
    """Returns what makes the sealed columns of one request after the other. Works in the app."""
    first = _whole(REQUEST.of(0))
    whole = {REQUEST.of(n) for n in range(WHOLE)}

    def seal(key: UUID) -> Sealed:
        if key in whole:
            return _whole(key)
        data_key = new_data_key(owner=key)
        name = Box(data_key, owner=key).seal("quote_request.name_sealed", "Ana")
        return Sealed(data_key, name, first.contact, first.health, first.questions)

    return seal


def _whole(key: UUID) -> Sealed:
    data_key = new_data_key(owner=key)
    box = Box(data_key, owner=key)
    return Sealed(
        data_key,
        name=box.seal("quote_request.name_sealed", "Ana"),
        contact=box.seal("quote_request.contact_sealed", {"email": f"ana@{key.hex[-6:]}.patient.example", "phone": ""}),
        health=box.seal("quote_request.health_sealed", {"conditions": ["none"], "details": ""}),
        questions=box.seal("quote_request.questions_sealed", ["How long?"]),
    )
