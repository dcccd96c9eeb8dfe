"""The order of the form's questions: which page comes next, which may be shown already, and where Back leads."""

from collections.abc import Callable
from functools import wraps
from typing import ClassVar, Concatenate, ParamSpec, Self
from uuid import UUID

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import Field, HiddenField

from marketplace.accounts import sessions
from marketplace.catalogue import geography
from marketplace.catalogue.particulars import Particulars, particulars_of
from marketplace.foundation import clock
from marketplace.foundation.database.columns import uuid7
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.foundation.problems import NotFound
from marketplace.foundation.security import limits
from marketplace.quote_requests import drafts, queries, retention
from marketplace.quote_requests.answer_table import CodedChoice, coded_choices
from marketplace.quote_requests.models import QuoteRequest
from marketplace.web.forms.base import Form
from marketplace.web.patient.form.choices import OneOf
from marketplace.web.patient.form.progress import progress

P = ParamSpec("P")
QuestionView = Callable[Concatenate[QuoteRequest, P], ResponseReturnValue]
QUESTIONS = drafts.STEPS[:-1]
CHANGE = "1"
NEEDS_TREATMENT = {"health"}  # its questions depend on the treatment
BEGIN_ANEW = {"treatment", "where", "when", "budget", "health", "you"}  # answers that need no earlier one


class Question(Form):
    """A page of the form. With `change`, it leads back to the answers; `about` is what its treatment says.

    A field is added for each answer of its `step` that is one code of a list.
    """

    step: ClassVar[str] = ""
    template: ClassVar[str] = ""  # where it is not that of the step
    change = HiddenField()

    about: Particulars | None = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name, choice in coded_choices(cls.step).items():
            setattr(cls, name, OneOf(choice.question, choice.missing or "", choices=list(choice.codes.form.items())))

    @classmethod
    def of(cls, quote_request: QuoteRequest) -> Self:
        """Returns the form with what was sent or, on a GET, with what was answered before."""
        sent = request.method == "POST"
        chosen = {
            name: getattr(quote_request, name) or choice.preselected for name, choice in coded_choices(cls.step).items()
        }
        change = request.args.get("change", "")
        given = {} if sent else {**cls.answered(quote_request), **chosen, "change": change}
        form = cls() if sent else cls(data=given)
        form.about = particulars_of(quote_request.treatment) if quote_request.treatment else None
        return form

    @classmethod
    def answered(cls, quote_request: QuoteRequest) -> dict[str, object]:
        """Returns the stored answers by the names of the fields."""
        raise NotImplementedError

    def store(self, quote_request: QuoteRequest) -> None:
        """Stores the answers in the draft, except those that are one code of a list. Raises Refused."""
        raise NotImplementedError

    def save(self, quote_request: QuoteRequest) -> None:
        """Stores every answer in the draft. Raises Refused."""
        self.store(quote_request)
        drafts.answer_coded_choices(quote_request, {name: self[name].data for name in coded_choices(self.step)})

    @property
    def coded(self) -> list[tuple[Field, str | None, bool]]:
        """Returns the fields that are one code of a list, each with its hint and whether it is optional."""
        return [
            (self[name], self._treatment_hint(choice), choice.missing is None)
            for name, choice in coded_choices(self.step).items()
        ]

    def _treatment_hint(self, choice: CodedChoice) -> str | None:
        return getattr(self.about, choice.treatment_hint) if self.about and choice.treatment_hint else None


def current_draft(*, locked: bool = False) -> QuoteRequest | None:
    """Returns this browser's draft; None without one. With `locked` it raises WrongState once the draft was sent."""
    try:
        request_id = UUID(session.get("draft", ""))
        use_role(DatabaseRole.PATIENT, request_id=request_id)
        return queries.locked_draft(request_id) if locked else queries.draft(request_id)
    except (NotFound, ValueError):
        return None


def continue_draft(quote_request: QuoteRequest) -> None:
    """Makes this the draft that the browser fills in, also after the browser was closed."""
    session["draft"] = str(quote_request.id)
    session["draft_ref"] = quote_request.ref
    keep_draft()


def begin_draft(
    *, clinic_slug: str | None = None, country: str | None = None, treatment: str | None = None
) -> QuoteRequest:
    """Starts and returns a new draft for this browser; an earlier one expires by itself. Raises LimitReached."""
    limits.consume("new-request")
    request_id = uuid7()
    use_role(DatabaseRole.PATIENT, request_id=request_id)
    quote_request = drafts.start(request_id=request_id, clinic_slug=clinic_slug, country=country, treatment=treatment)
    continue_draft(quote_request)
    session.pop("sent", None)
    return quote_request


def come_from() -> dict[str, str | None]:
    """Returns the page that a person came from, as the form that was sent has it, to begin a draft with."""
    sent = request.form
    country = sent.get("country", "").upper()
    return {
        "clinic_slug": sent.get("clinic") or None,
        "country": country if country in geography.destinations() else None,
        "treatment": sent.get("treatment") or None,
    }


def keep_draft() -> None:
    """Keeps the browser's cookie as long as the server keeps the draft."""
    sessions.current().outlive_browser(clock.now() + retention.DRAFT_RETENTION)


def url_of(step: str, *, change: str | None = None) -> str:
    """Returns the address of a step's page."""
    return url_for(f"patient.ask_{step}", change=change)


def with_draft(step: str) -> Callable[[QuestionView[P]], Callable[P, ResponseReturnValue]]:
    """Hands the browser's draft to the view of a step; without one it redirects to the start.

    It redirects to the first missing answer before `step`, too. A POST to a step in BEGIN_ANEW begins a new draft,
    from the page that the form names. Raises LimitReached.
    """

    def wrap(view: QuestionView[P]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def asked(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            quote_request = current_draft()
            if quote_request is None and request.method == "POST" and step in BEGIN_ANEW:
                fresh = begin_draft(**come_from())
                if fresh.treatment is None and step in NEEDS_TREATMENT:
                    return redirect(url_for("patient.start"), 303)
                return view(fresh, *args, **kwargs)
            if quote_request is None:
                return redirect(url_for("patient.start"), 303)
            missing = drafts.first_missing(quote_request)
            if missing and _place(step) > _place(missing):
                return redirect(url_of(missing), 303)
            return view(quote_request, *args, **kwargs)

        return asked

    return wrap


def after(step: str, quote_request: QuoteRequest, *, changing: bool) -> str:
    """Returns the address of the next page; for a changed answer that of the answers, once none is missing."""
    if changing:
        return url_of(drafts.first_missing(quote_request) or "check")
    return url_of(drafts.STEPS[drafts.STEPS.index(drafts.BESIDE.get(step, step)) + 1])


def before(step: str, *, changing: bool) -> str:
    """Returns the address that Back leads to."""
    if changing:
        return url_of("check")
    if step in drafts.BESIDE:
        return url_of(drafts.BESIDE[step])
    place = _place(step)
    return url_of(drafts.STEPS[place - 1]) if place else url_for("patient.start")


def _place(step: str) -> int:
    """Returns where a step stands in the order; one that stands beside another needs that one's answer."""
    return drafts.STEPS.index(step) if step in drafts.STEPS else drafts.STEPS.index(drafts.BESIDE[step]) + 1


def page(step: str, form: Question, **context: object) -> ResponseReturnValue:
    """Renders the page of a question; with errors its status is 422. One beside the order has no number."""
    changing = form.change.data == CHANGE
    html = render_template(
        f"patient/form/{form.template or step}.html",
        form=form,
        number=QUESTIONS.index(step) + 1 if step in QUESTIONS else None,
        total=len(QUESTIONS),
        steps=[] if changing else progress(step),
        has_errors=bool(form.errors),
        **{"back": before(step, changing=changing), **context},
    )
    return html, 422 if form.errors else 200


def ask(step: str, form: Question, quote_request: QuoteRequest, **context: object) -> ResponseReturnValue:
    """Shows the question, or stores a valid answer and redirects onwards. Raises WrongState for a sent request."""
    if not form.validate_on_submit():
        return page(step, form, **context)
    keep(form, quote_request)
    return redirect(after(step, quote_request, changing=form.change.data == CHANGE), 303)


def keep(form: Question, quote_request: QuoteRequest) -> None:
    """Stores the answers of a draft, locked so that it is not sent meanwhile. Raises WrongState once it is sent."""
    drafts.begin(quote_request)
    form.save(quote_request)
    keep_draft()
