"""What stands on top of a request's page: what its patient needs to do, or that there is nothing, and until when."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.aftercare.plans import ANSWER_WITHIN
from marketplace.aftercare.states import CheckInState
from marketplace.foundation import clock
from marketplace.leads.models import Lead
from marketplace.leads.request_actions import open_until
from marketplace.leads.states import AWAITING, LeadState
from marketplace.quote_requests.retention import confirmed_until, erased_on
from marketplace.quote_requests.states import RequestState
from marketplace.web.filters import both_clocks, day, moment
from marketplace.web.patient.request.standing import Standing


@dataclass(frozen=True)
class NextStep:
    """The line on top with what follows from it; `is_needed` where something waits for the patient.

    `href` is a page, or where `posts` has fields, the address that they are sent to.
    `says` are the states of the leads that it tells of, so that the count below does not repeat them.
    """

    text: str
    details: tuple[Markup | str, ...] = ()
    href: str = ""
    label: str = ""
    is_needed: bool = False
    says: tuple[LeadState, ...] = ()
    posts: Mapping[str, str] = field(default_factory=dict)


def next_step(standing: Standing) -> NextStep:
    """Returns what the patient needs to do now; where there is nothing, what is waited for and until when."""
    found = (ask(standing) for ask in STEPS[RequestState(standing.quote_request.state)])
    return next(step for step in found if step is not None)


def _names(leads: Sequence[Lead]) -> str:
    return format_list([lead.clinic.name for lead in leads], locale=get_locale() or "en")


def _filled(text: str, **values: Markup | str) -> Markup:
    """Fills in what has markup of its own; a text for one or many is handed on with these places open."""
    return escape(text) % {name: escape(value) for name, value in values.items()}


def _open_until(standing: Standing) -> Markup:
    ends = moment(open_until(standing.quote_request))
    return _filled(_("Without a choice your request ends on %(moment)s."), moment=ends)


def _confirm(standing: Standing) -> NextStep:
    until = confirmed_until(standing.quote_request)
    return NextStep(
        _("What you need to do: press the button in our email"),
        (
            _("Nothing has gone to a clinic yet."),
            _filled(_("A request that nobody confirms is deleted after %(moment)s."), moment=moment(until)),
        ),
        is_needed=True,
    )


def _answer(standing: Standing) -> NextStep | None:
    asked = standing.in_state(LeadState.ASKED)
    if not asked:
        return None
    text = ngettext(
        "What you need to do: answer the question of %(clinics)s",
        "What you need to do: answer %(num)s questions, of %(clinics)s",
        len(asked),
        clinics=_names(asked),
    )
    waits = ngettext(
        "The clinic can quote once it has your answer. Its time waits meanwhile.",
        "The clinics can quote once they have your answers. Their time waits meanwhile.",
        len(asked),
    )
    page = standing.page(f"messages/{asked[0].clinic.slug}")
    label = _("Answer %(clinic)s", clinic=asked[0].clinic.name)
    return NextStep(text, (waits, _open_until(standing)), page, label, is_needed=True, says=(LeadState.ASKED,))


def _read(standing: Standing) -> NextStep | None:
    writers = [lead for lead in standing.leads if standing.unread.get(lead.id)]
    if not writers:
        return None
    text = _("What you need to do: read what %(clinics)s wrote", clinics=_names(writers))
    return NextStep(text, (), standing.page(f"messages/{writers[0].clinic.slug}"), _("Read messages"), is_needed=True)


def _decide(standing: Standing) -> NextStep | None:
    quotes = standing.to_choose
    if not quotes:
        return None
    ends = min(quote.valid_until for quote in quotes)
    first = ngettext(
        "There is nothing to decide today: it is valid until %(day)s.",
        "There is nothing to decide today: the first of them ends on %(day)s.",
        len(quotes),
        day="%(day)s",
    )
    details, says = (_filled(first, day=day(ends)), *_still_due(standing)), (LeadState.QUOTED, *AWAITING)
    if len(quotes) == 1:
        name = quotes[0].lead.clinic.name
        text, page = _("You can read the quote of %(clinic)s", clinic=name), f"quotes/{quotes[0].number}"
        return NextStep(text, details, standing.page(page), _("Read the quote"), says=says)
    text = ngettext("You can choose from %(num)s quote", "You can choose from %(num)s quotes", len(quotes))
    label = ngettext("Compare %(num)s quote", "Compare %(num)s quotes", len(quotes))
    return NextStep(text, details, standing.page("compare"), label, says=says)


def _still_due(standing: Standing) -> tuple[Markup, ...]:
    """Says who still has time, and until when, by both clocks."""
    awaiting = standing.in_state(*AWAITING)
    if not awaiting:
        return ()
    last = max(awaiting, key=lambda lead: lead.due_at)
    text = ngettext(
        "%(clinics)s has until %(moment)s to answer.",
        "%(num)s clinics have time to answer, the last of them until %(moment)s.",
        len(awaiting),
        clinics="%(clinics)s",
        moment="%(moment)s",
    )
    until = both_clocks(last.due_at, last.clinic.timezone)
    return (_filled(text, clinics=_names(awaiting), moment=until),)


def _wait(standing: Standing) -> NextStep | None:
    due = _still_due(standing)
    if not due:
        return None
    text = _("Nothing to do for now: the clinics are at work")
    return NextStep(text, (*due, _("We email you what they answer.")), says=AWAITING)


def _nobody(standing: Standing) -> NextStep:
    if not standing.leads:
        text = _("Nothing to do for now: no clinic has your request yet")
        return NextStep(text, (_("We email you when one can take it."), _open_until(standing)))
    return NextStep(
        _("No clinic that has your request can answer it now"),
        (_("Add another clinic to go on. We email you if a quote comes all the same."), _open_until(standing)),
        standing.page("clinics"),
        _("Add another clinic"),
        is_needed=True,
    )


def _paused(standing: Standing) -> NextStep:
    stands = _("Paused. Clinics are not expected to answer, and their time stands still.")
    text, opens = _("Nothing to do while your request is paused"), {"to": RequestState.OPEN.value}
    return NextStep(text, (stands, _open_until(standing)), standing.page("pause"), _("Open it again"), posts=opens)


def _read_news(standing: Standing) -> NextStep | None:
    stopped = [lead for lead in standing.in_state(LeadState.WON) if standing.news.get(lead.id)]
    if not stopped:
        return None
    if standing.is_treated:
        text = _("What you need to do: read what changed about %(clinic)s", clinic=_names(stopped))
    else:
        text = _("What you need to do: read what changed about %(clinic)s before you pay", clinic=_names(stopped))
    return NextStep(text, _undo_until(standing), "#changed", _("Read what changed"), is_needed=True)


def _undo_until(standing: Standing) -> tuple[Markup, ...]:
    until = standing.quote_request.undo_until
    if standing.quote_request.state != RequestState.CHOSEN or until is None or until < clock.now():
        return ()
    return (_filled(_("You can undo your choice until %(moment)s."), moment=moment(until)),)


def _say_how(standing: Standing) -> NextStep | None:
    """Leads to a check-in that waits; who asked for it said that they want it, so it is theirs to answer or not."""
    asked = [each for each in standing.check_ins if each.state == CheckInState.ASKED and each.asked_at is not None]
    if not asked or asked[-1].asked_at is None:
        return None
    until = _filled(_("We wait for your answer until %(day)s."), day=day(asked[-1].asked_at + ANSWER_WITHIN))
    page = standing.page(f"after/{asked[-1].week}")
    return NextStep(_("You can say how it is, with one tap"), (until,), page, _("Say how it is"))


def _heed(standing: Standing) -> NextStep | None:
    """Leads back to the advice for the last answer, as long as that is a sign to have looked at."""
    if standing.sign_week is None:
        return None
    page, label = standing.page(f"after/{standing.sign_week}"), _("Read what to do, and tell the clinic")
    return NextStep(_("You told us of a sign to have looked at"), _kept_until(standing), page, label, is_needed=True)


def _open_answer(standing: Standing) -> NextStep | None:
    """Leads to where the patient shows who they are; it is said of every answer, so that it tells none."""
    if not standing.has_closed_answer:
        return None
    text = _("What you told us after your session is closed in this browser")
    opens = _("A link that we email you opens it, with what to do about it.")
    return NextStep(text, (opens, *_kept_until(standing)), standing.page("open"), _("Open my answers here"))


def _treated(standing: Standing) -> NextStep | None:
    """Once the first session is over there is nothing left to agree."""
    if not standing.is_treated:
        return None
    planned = [each.due_at for each in standing.check_ins if each.state == CheckInState.PLANNED]
    asks = (_filled(_("We ask you how it is on %(day)s."), day=day(min(planned))),) if planned else ()
    return NextStep(_("Nothing to do for now"), (*asks, *_kept_until(standing)))


def _agree(standing: Standing) -> NextStep | None:
    won = standing.in_state(LeadState.WON)
    if not won:
        return None
    text = _("What you need to do: agree the details with %(clinic)s in writing before you pay", clinic=_names(won))
    return NextStep(text, (*_undo_until(standing), *_kept_until(standing)), is_needed=True)


def _kept_until(standing: Standing) -> tuple[Markup, ...]:
    if standing.quote_request.state in {RequestState.OPEN, RequestState.PAUSED, RequestState.CHOSEN}:
        return ()
    until = erased_on(standing.quote_request)
    return (_filled(_("We keep this page until %(day)s."), day=day(until)),)


def _over(standing: Standing) -> NextStep:
    return NextStep(_("Nothing to do: your request has ended"), _kept_until(standing))


STEPS: dict[RequestState, tuple[Callable[[Standing], NextStep | None], ...]] = {
    RequestState.UNCONFIRMED: (_confirm,),
    RequestState.OPEN: (_answer, _read, _decide, _wait, _nobody),
    RequestState.PAUSED: (_read, _paused),
    RequestState.CHOSEN: (_read_news, _read, _say_how, _heed, _open_answer, _treated, _agree, _over),
    RequestState.SETTLED: (_read_news, _read, _say_how, _heed, _open_answer, _treated, _agree, _over),
    RequestState.CLOSED: (_over,),
    RequestState.EXPIRED: (_over,),
}
