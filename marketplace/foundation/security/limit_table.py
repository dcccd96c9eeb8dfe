"""The table of all rate limits. docs/running.md shows the same table."""

from typing import NamedTuple


class Bucket(NamedTuple):
    """A token bucket: so many tokens at once, one more every so many seconds, counted together by what `by` names."""

    capacity: int
    refill_seconds: float
    by: tuple[str, ...]  # client, email, account, clinic, request, everyone
    soft: bool = False  # refuses nobody: it only says when the site is under load


BY_CLIENT = ("client",)
BY_EMAIL = ("email",)

# The widest bucket stands first: what it refuses is not consumed from the others.
LIMITS: dict[str, tuple[Bucket, ...]] = {
    # Only what was wrong counts: a right answer is given back.
    "sign-in": (Bucket(30, 20, BY_CLIENT), Bucket(10, 30, ("client", "email"))),
    "second-factor": (Bucket(6, 120, ("account",)),),
    "password-again": (Bucket(10, 30, ("account",)),),
    # Whatever sends mail to an address that someone typed
    "reset": (Bucket(10, 60, BY_CLIENT), Bucket(3, 1200, BY_EMAIL)),
    "confirm-account": (Bucket(10, 60, BY_CLIENT), Bucket(3, 1200, BY_EMAIL)),
    "link": (Bucket(10, 60, BY_CLIENT), Bucket(3, 1200, BY_EMAIL)),
    "confirm-again": (Bucket(5, 120, BY_CLIENT),),
    "change-email": (Bucket(5, 600, ("account",)),),
    # Whoever holds a link of ours has none of these to spend: only what was never a token counts.
    "guess-link": (Bucket(30, 20, BY_CLIENT),),
    # A request
    "new-request": (Bucket(20, 60, BY_CLIENT),),
    "send-request": (Bucket(300, 6, ("everyone",), soft=True), Bucket(10, 120, BY_CLIENT)),
    "photos": (Bucket(40, 15, BY_CLIENT),),
    # Reading and writing to others
    "search": (Bucket(60, 2, BY_CLIENT),),
    "ask-patient": (Bucket(30, 60, ("clinic",)),),
    "reply-patient": (Bucket(30, 60, ("clinic",)), Bucket(10, 120, ("request",))),
    "message-clinic": (Bucket(10, 120, ("request",)),),
    "choose": (Bucket(6, 600, ("request",)),),
    # A team changes itself, and takes its requests along
    "invite": (Bucket(20, 180, ("clinic",)), Bucket(3, 1200, BY_EMAIL)),
    "export-leads": (Bucket(10, 360, ("clinic",)),),
}
