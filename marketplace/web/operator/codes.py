"""The codes of events in words, for the audit log."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from marketplace.clinics import reasons
from marketplace.web import words

# What the code of an event means, by the event; most codes are of one event only.
_ROLES = {"owner": _l("Owner"), "member": _l("Member")}
_ENDINGS = {"undone": _l("Undone"), "request_ended": _l("The request had ended")}
CODES: dict[str, Mapping[str, object]] = {
    "AnswersRead": words.LOOKS,
    "LeadDeclined": words.DECLINES,
    "QuoteWithdrawn": _ENDINGS | {code: own for code, (own, _patients) in words.WITHDRAWALS.items()},
    "SecondFactorChanged": {"on": _l("Switched on"), "off": _l("Switched off"), "codes": _l("New recovery codes")},
    "PasswordChanged": {"reset": _l("By a link"), "change": _l("By its owner")},
    **dict.fromkeys(
        ("CheckSubmitted", "CheckPassed", "CheckRefused", "CheckRevoked", "CheckLapsed"), reasons.CHECK_KIND
    ),
    **dict.fromkeys(("MemberJoined", "RoleChanged", "MemberInvited"), _ROLES),
    **dict.fromkeys(("ListingSentBack", "ListingSuspended"), reasons.SEND_BACK | reasons.SUSPEND),
}


def code_text(name: str, code: str | None) -> str:
    """The code of an event in words; a reference, or the name of a command, stands for itself."""
    return str(CODES.get(name, {}).get(code or "", code or ""))
