"""Every answer on one page with the link to change it, and what a page that asks for agreement shows of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NotRequired, TypedDict
from uuid import UUID

from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup, escape

from marketplace.catalogue.geography import homes
from marketplace.clinics.models import Clinic
from marketplace.leads.consent import consent_text
from marketplace.leads.proposal import Wanted
from marketplace.quote_requests import queries
from marketplace.quote_requests.drafts import BESIDE, STEPS
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.photos import photos_of
from marketplace.web.answer_words import coded_answers, conditions_in_words
from marketplace.web.filters import country_in_sentence, country_name, language_name, money
from marketplace.web.forms import agreeing
from marketplace.web.forms.agreeing import Changes, Shown
from marketplace.web.patient.form import choices
from marketplace.web.patient.form.flow import CHANGE, url_of
from marketplace.words.lead import ROUTING_REASONS
from marketplace.words.request import BUDGET_SCOPES, TIMINGS


class Row(TypedDict):
    """An answer: its name, its label on the page, its text, and the address where it is changed."""

    name: str
    key: str
    value: str | None
    href: NotRequired[str | None]
    about: NotRequired[None]
    changed: NotRequired[bool]


class StepRow(Row):
    """An answer with the step of the form that asks for it."""

    step: str


def rows(quote_request: QuoteRequest, *, photos: int) -> list[Row]:
    """Returns a row for each answer in the order of the questions; below them those that are one code of a list."""
    coded = [_row(each.step, each.name, each.label, each.text) for each in coded_answers(quote_request, "form")]
    answers = [*_wish(quote_request), *_person(quote_request, photos=photos), *coded]
    return [*sorted(answers, key=lambda row: STEPS.index(BESIDE.get(row["step"], row["step"])))]


def outside_europe(clinics: list[Clinic]) -> str:
    """Returns the countries of these clinics without European privacy law, as one text; empty if none."""
    countries = sorted({clinic.country for clinic in clinics})
    return _listed([country_in_sentence(code) for code in countries if not homes()[code].has_european_law])


def _row(step: str, name: str, key: str, value: str | None) -> StepRow:
    return {"step": step, "name": name, "key": key, "value": value, "href": url_of(step, change=CHANGE), "about": None}


def _wish(quote_request: QuoteRequest) -> list[StepRow]:
    anywhere = _("Anywhere")
    wanted = [country_name(code) for code in quote_request.destinations]
    return [
        _row("treatment", "treatment", _("What you would like help with"), _treatment(quote_request)),
        _row("where", "home", _("Where you live"), country_name(quote_request.home_country or "")),
        _row("where", "destinations", _("Where you would travel"), _listed(wanted) or anywhere),
        _row("when", "timing", _("When you could travel"), _when(quote_request)),
        _row("budget", "budget", _("Budget"), _budget(quote_request)),
    ]


def _person(quote_request: QuoteRequest, *, photos: int) -> list[StepRow]:
    answers = queries.answers(quote_request)
    ticked = conditions_in_words(answers.conditions, queries.treatment_of(quote_request), "form")
    return [
        _row("health", "conditions", _("Your health answers"), _lines([found.text for found in ticked])),
        _row("health", "details", _("What you added"), _lines(answers.details.split("\n"))),
        _row("photos", "photos", _("Photos"), _photos(photos)),
        _row("you", "name", _("Name to use"), answers.name),
        _row("you", "email", _("Email address"), answers.email),
        _row("you", "phone", _("Phone number"), answers.phone),
        _row("you", "languages", _("Languages"), _listed([language_name(code) for code in quote_request.languages])),
        _row("you", "questions", _("Your questions"), _lines(answers.questions)),
    ]


def _photos(n: int) -> str | None:
    return ngettext("%(num)s photo", "%(num)s photos", n) if n else None


def _treatment(quote_request: QuoteRequest) -> Markup:
    labels = {concern["slug"]: concern["label"] for concern in queries.treatment_of(quote_request).concerns}
    procedure = quote_request.procedure
    name = procedure.name if procedure else _("The clinic suggests a treatment")
    return _lines([labels.get(quote_request.concern, _("I'm not sure")), name])


def _when(quote_request: QuoteRequest) -> Markup:
    months = _months(quote_request.month_from, quote_request.month_to)
    return _lines([text for text in (TIMINGS.form[quote_request.timing or ""], months) if text])


def _months(first: date | None, last: date | None) -> str | None:
    begin, end = (choices.month_name(month) if month else None for month in (first, last))
    if begin and end:
        return _("%(first)s to %(last)s", first=begin, last=end) if first != last else begin
    if begin:
        return _("From %(first)s", first=begin)
    return _("Until %(last)s", last=end) if end else None


def _budget(quote_request: QuoteRequest) -> Markup | None:
    if quote_request.budget_amount is None:
        return None
    shown = _("Shown to clinics") if quote_request.share_budget else _("Not shown to clinics")
    lines = [money(quote_request.budget_amount, quote_request.budget_currency or "")]
    lines += [escape(BUDGET_SCOPES.form[quote_request.budget_scope])] if quote_request.budget_scope else []
    return Markup("<br>").join([*lines, escape(shown)])


def _lines(texts: Iterable[str]) -> Markup:
    return Markup("<br>").join(escape(text) for text in texts)


def _listed(names: list[str]) -> str:
    return format_list(names, style="standard", locale=get_locale() or "en") if names else ""


HEALTH_ROWS = ("conditions", "details", "photos")


@dataclass(frozen=True)
class Recipients:
    """The ticked clinics that can get the request now, and the others, each with the reason in words."""

    clinics: list[Clinic]
    left_out: list[tuple[Clinic, str]]

    @classmethod
    def of(cls, found: Wanted) -> "Recipients":
        """Returns the recipients among the clinics that a request is to go to."""
        words = {clinic_id: str(ROUTING_REASONS.patient[reason]) for clinic_id, reason in found.refused.items()}
        return cls(
            [clinic for clinic in found.clinics if clinic.id not in words],
            [(clinic, words[clinic.id]) for clinic in found.clinics if clinic.id in words],
        )


@dataclass(frozen=True)
class Agreement:
    """What one page asks the patient to agree to: the request, its recipients and the answers sent to them."""

    page: str
    quote_request: QuoteRequest
    wanted: Wanted

    @cached_property
    def recipients(self) -> Recipients:
        """Returns who gets the request now, and who does not."""
        return Recipients.of(self.wanted)

    @property
    def clinics(self) -> list[Clinic]:
        """Returns the clinics that get the request."""
        return self.recipients.clinics

    @cached_property
    def photos(self) -> list[Photo]:
        """Returns the photos that are sent with the health answers."""
        return list(photos_of(self.quote_request))

    @cached_property
    def photo_ids(self) -> tuple[UUID, ...]:
        """Returns the ids of those photos."""
        known = self.wanted.photo_ids
        return tuple(photo.id for photo in self.photos) if known is None else known

    @cached_property
    def rows(self) -> list[Row]:
        """Returns a row for every answer."""
        return rows(self.quote_request, photos=len(self.photo_ids))

    def sentence(self, *, with_health: bool) -> str:
        """Returns the exact sentence that is agreed to."""
        return consent_text(self.clinics, with_health=with_health, photos=len(self.photo_ids))

    @cached_property
    def sentences(self) -> list[str]:
        """Returns the sentences that can be agreed to here, with and without health answers."""
        return [self.sentence(with_health=shared) for shared in (True, False)] if self.clinics else []

    @cached_property
    def shown(self) -> Shown:
        """Returns all facts that the page shows and the person agrees to."""
        facts: dict[str, object] = answer_facts(self.rows, self.photo_ids)
        facts |= {f"clinic.{clinic.slug}": [clinic.name, clinic.country] for clinic in self.clinics}
        facts["sentence"] = self.sentences
        return Shown((self.page, str(self.quote_request.id)), facts)

    def marked(self, changes: Changes) -> list[Row]:
        """Returns the rows with a mark on those that changed."""
        return marked_rows(self.rows, changes)

    def items(self, changes: Changes) -> list[tuple[str | None, str]]:
        """Returns what changed since the page was shown, one line for each change."""
        labels = {row["name"]: row["key"] for row in self.rows}
        labels |= {f"clinic.{clinic.slug}": clinic.name for clinic in self.clinics}
        labels["sentence"] = _("The words you agree to")
        return agreeing.items(changes, labels, gone=_("A clinic is no longer among those that get it"))


def answer_facts(shown_rows: list[Row], photo_ids: Iterable[UUID]) -> dict[str, object]:
    """Returns each answer as it is shown; photos count by their ids, so a replaced photo is a change."""
    facts: dict[str, object] = {row["name"]: str(row["value"]) for row in shown_rows}
    return facts | {"photos": [str(photo_id) for photo_id in photo_ids]}


def marked_rows(shown_rows: list[Row], changes: Changes) -> list[Row]:
    """Returns the rows with a mark on those that changed since the page was shown."""
    return [{**row, "changed": row["name"] in changes.changed} for row in shown_rows]


def without_links(shown_rows: list[Row], *, own: bool) -> list[Row]:
    """Returns the rows without links to change them; health answers and photos only where `own` is true."""
    closed = {} if own else dict.fromkeys(HEALTH_ROWS, _("Not shown in this browser"))
    return [{**row, "href": None, "value": closed.get(row["name"], row["value"])} for row in shown_rows]
