"""The total of the usual course for the clinics of a list, as each clinic's own page counts it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from flask import request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from marketplace.catalogue.models import Procedure
from marketplace.catalogue.published import content_of
from marketplace.clinics.list_statements import ListedClinic
from marketplace.clinics.market import Market
from marketplace.clinics.queries import CoursePrice
from marketplace.web.clinic_course import Course, Journey, usual_courses
from marketplace.web.clinic_words import span
from marketplace.web.http.page_key import COURSE
from marketplace.web.http.page_parts import Kept


class CardCourse(NamedTuple):
    """The usual course at a clinic, and the procedure that it is of."""

    procedure: Procedure
    course: Course


class PlaceTotals(NamedTuple):
    """The lowest to the highest total of some clinics, and what it is for."""

    total: Markup
    words: str


_COUNTED: Kept[Course | None] = Kept(2**20, size=lambda course: len(str(course)))


@dataclass(frozen=True)
class CardCourses:
    """Counts the usual course of one procedure at each clinic, for a reader's home and currency.

    It is of the procedure that was asked for, else of the first of the treatment that the clinic offers; `first` is the
    slug of one that comes before the others.
    """

    market: Market
    home: str
    currency: str
    treatment: str | None = None
    procedure: str | None = None
    first: str | None = None

    def of(self, row: ListedClinic) -> CardCourse | None:
        """Returns the course at a clinic; None without a price or a rate."""
        procedure = next((each for each in self._procedures if each.slug in row.prices), None)
        course = self._counted(procedure, row) if procedure else None
        return CardCourse(procedure, course) if procedure and course else None

    def _counted(self, procedure: Procedure, row: ListedClinic) -> Course | None:
        """Returns the course, kept for equal prices and homes; not for readers with figures of their own."""
        low, high = row.prices[procedure.slug]
        price = CoursePrice(low, high, row.currency, *(row.packages or {}).get(procedure.slug, (None, None)))
        journey = Journey(self.home, row.country, self.currency)
        if COURSE in request.cookies:
            return usual_courses([(price, procedure.facts)], journey)[0]
        key = (self.market.version, procedure.slug, price, journey, get_locale())
        return _COUNTED.get(key, lambda: usual_courses([(price, procedure.facts)], journey)[0])

    @cached_property
    def _procedures(self) -> list[Procedure]:
        listed = content_of(self.market.version).treatments
        about = [each for each in listed if self.treatment in (None, each.slug)] or listed
        procedures = [procedure for each in about for procedure in each.procedures]
        if self.procedure is not None:
            return [each for each in procedures if each.slug == self.procedure]
        return sorted(procedures, key=lambda each: each.slug != self.first)


def place_totals(found: Sequence[CardCourse | None]) -> PlaceTotals | None:
    """Returns the lowest to the highest total of the clinics of a page, for the procedure that most of them offer."""
    counted = Counter(each.procedure for each in found if each)
    if not counted:
        return None
    ((procedure, clinics),) = counted.most_common(1)
    courses = [each.course for each in found if each and each.procedure is procedure]
    amounts, plans = [each.amount for each in courses], {each.plan for each in courses}
    low, high = (next(each for each in courses if each.amount == end) for end in (min(amounts), max(amounts)))
    words = ngettext(
        "total for you, at the one clinic shown here: %(procedure)s, %(plan)s.",
        "total for you, at the %(num)s clinics shown here: %(procedure)s, %(plan)s.",
        clinics,
        procedure=procedure.name,
        plan=plans.pop() if len(plans) == 1 else _("the cheapest plan at each"),
    )
    return PlaceTotals(span(low.amount, high.amount, low.currency), words)
