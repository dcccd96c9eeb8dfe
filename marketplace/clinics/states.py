"""The states of a listing, of a check and of an invitation, and their legal moves."""

from enum import StrEnum


class ListingState(StrEnum):
    """What is published of a clinic."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SENT_BACK = "sent_back"
    PUBLISHED = "published"
    PAUSED = "paused"
    SUSPENDED = "suspended"
    CLOSED = "closed"


LISTING_MOVES = {
    ListingState.DRAFT: frozenset({ListingState.IN_REVIEW, ListingState.CLOSED}),
    ListingState.IN_REVIEW: frozenset({ListingState.PUBLISHED, ListingState.SENT_BACK, ListingState.CLOSED}),
    ListingState.SENT_BACK: frozenset({ListingState.IN_REVIEW, ListingState.CLOSED}),
    ListingState.PUBLISHED: frozenset({ListingState.PAUSED, ListingState.SUSPENDED, ListingState.CLOSED}),
    ListingState.PAUSED: frozenset({ListingState.PUBLISHED, ListingState.SUSPENDED, ListingState.CLOSED}),
    ListingState.SUSPENDED: frozenset({ListingState.PUBLISHED, ListingState.CLOSED}),
}


class DecisionKind(StrEnum):
    """A decision of an operator that the clinic gets reasons for."""

    SENT_BACK = "sent_back"
    SUSPENDED = "suspended"


class CheckState(StrEnum):
    """Where one claim that is checked stands."""

    MISSING = "missing"
    SUBMITTED = "submitted"
    PASSED = "passed"
    EXPIRED = "expired"
    REFUSED = "refused"
    REVOKED = "revoked"


CHECK_MOVES = {
    CheckState.MISSING: frozenset({CheckState.SUBMITTED}),
    CheckState.SUBMITTED: frozenset({CheckState.PASSED, CheckState.REFUSED}),
    CheckState.PASSED: frozenset({CheckState.PASSED, CheckState.EXPIRED, CheckState.REVOKED}),
    CheckState.EXPIRED: frozenset({CheckState.SUBMITTED}),
    CheckState.REFUSED: frozenset({CheckState.SUBMITTED}),
    CheckState.REVOKED: frozenset({CheckState.SUBMITTED}),
}


class CheckKind(StrEnum):
    """The six claims that are checked; the first three are needed to receive requests."""

    COMPANY = "company"
    LICENCE = "licence"
    PEOPLE = "people"
    PRODUCTS = "products"
    INSURANCE = "insurance"
    PRICES = "prices"


REQUIRED_CHECKS = (CheckKind.COMPANY, CheckKind.LICENCE, CheckKind.PEOPLE)


class TeamRole(StrEnum):
    """What a member of a clinic's team may do."""

    OWNER = "owner"
    MEMBER = "member"


class InvitationState(StrEnum):
    """Where an invitation into a team stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"
    REPLACED = "replaced"
    EXPIRED = "expired"


INVITATION_MOVES = {InvitationState.OPEN: frozenset(InvitationState) - {InvitationState.OPEN}}
