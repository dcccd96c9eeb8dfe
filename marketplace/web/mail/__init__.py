"""What mail programs and relays ask of us."""

from marketplace.web.mail import hook, unsubscribe
from marketplace.web.mail.door import door

__all__ = ["door", "hook", "unsubscribe"]
