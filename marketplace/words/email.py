"""Words of an email: its states, why it was not sent, when sending is suppressed, and its recipients."""

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from marketplace.words.table import Table, Tag, Words

EMAIL_STATES: Table[Tag] = Table(
    waiting=Words(operator=(_("Waiting"), "info")),
    sent=Words(operator=(_("Sent"), "ok")),
    failed=Words(operator=(_("Failed"), "bad")),
    bounced=Words(operator=(_("Bounced"), "bad")),
    suppressed=Words(operator=(_("Not sent"), None)),
)
# Why an email was not sent or came back, where it is not a code of SMTP.
EMAIL_PROBLEMS: Table[LazyString] = Table(
    bounce=Words(operator=_("an earlier email came back")),
    complaint=Words(operator=_("the recipient reported our mail")),
    unsubscribed=Words(operator=_("switched off by the recipient")),
    erased=Words(operator=_("the request is erased")),
    confirmed=Words(operator=_("confirmed meanwhile")),
    link_ended=Words(operator=_("replaced by a newer link")),
    invitation_ended=Words(operator=_("the invitation has ended")),
    timeout=Words(operator=_("no answer in time")),
    refused=Words(operator=_("no server listens")),
    disconnected=Words(operator=_("the server hung up")),
    unreachable=Words(operator=_("the server cannot be reached")),
    tls=Words(operator=_("no trusted encryption")),
    unsendable=Words(operator=_("cannot be written as an email")),
    gave_up=Words(operator=_("3 days are over")),
)
SUPPRESSIONS: Table[LazyString] = Table(
    bounce=Words(operator=_("An email came back")),
    complaint=Words(operator=_("The recipient reported an email")),
    unsubscribed=Words(operator=_("Switched off by the recipient")),
)
# Why an operator lets emails go to an address again.
LIFT_REASONS: Table[LazyString] = Table(
    works_again=Words(operator=_("The address works again")),
    wrong_report=Words(operator=_("The report was wrong")),
    asked_for=Words(operator=_("The person asked for our emails")),
)
EMAIL_AUDIENCES: Table[LazyString] = Table(
    patient=Words(operator=_("Patient")),
    clinic=Words(operator=_("Clinic")),
    operator=Words(operator=_("Operator")),
    account=Words(operator=_("Account")),
)


def email_problem(code: str | None) -> str:
    """Returns the problem in words; an SMTP code without words as it is."""
    return str(EMAIL_PROBLEMS.operator.get(code or "", code or ""))
