"""Sharing a price at home without a name: once a month for each browser, country and procedure."""

from fractions import Fraction
from typing import NamedTuple
from urllib.parse import urlencode

from babel.dates import format_date
from flask import redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, SelectField, StringField
from wtforms.validators import DataRequired, ValidationError

from marketplace.catalogue import exchange, own_prices, queries
from marketplace.catalogue.geography import homes
from marketplace.catalogue.models import Procedure
from marketplace.catalogue.trip_plans import MAX_SESSIONS
from marketplace.foundation.values.amounts import NotAnAmount, as_typed, read_amount, sentence
from marketplace.foundation.values.money import half_up
from marketplace.web.clinic_words import span_text
from marketplace.web.filters import country_in_sentence
from marketplace.web.forms.base import Form
from marketplace.web.http.writing import writes
from marketplace.web.public import preferences
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.course_cost import Asked


class OwnPriceHelp(NamedTuple):
    """What stands beside the field of one's own price: a hint, and the address where it is shared once it is typed."""

    hint: str
    share: str | None


SHARED = "own_prices"  # in the session: what this browser shared this month, never how much


class OwnPriceForm(Form):
    """What a course costs at home; the country, and with it the currency, is that of the page."""

    limit = "own-price"

    country = HiddenField()
    procedure = SelectField(_l("Treatment"), validators=[DataRequired(_l("Select the treatment the price is for"))])
    sessions = StringField(_l("Sessions"))
    amount = StringField(_l("Price of all sessions together"))

    @property
    def home(self) -> str:
        """Returns the country the price is for."""
        code = (self.country.data or "").upper()
        return code if code in homes() else preferences.home()

    @property
    def names_unknown_country(self) -> bool:
        """Returns whether the address names a country that is none of the homes, as this page's or the reader's."""
        named = (request.args.get("country"), request.args.get("home"))
        return any(name and name.upper() not in homes() for name in named)

    @property
    def currency(self) -> str:
        """Returns the currency of that country; the euro where it has no rate."""
        return exchange.shown_currency(homes()[self.home].currency)

    @property
    def price(self) -> int:
        """Returns the price of one session in minor units, rounded. Raises NotAnAmount."""
        return half_up(Fraction(read_amount(self.amount.data or "", self.currency), int(self.sessions.data or "1")))

    @property
    def mark(self) -> str:
        """Returns what may be shared once."""
        return f"{self.procedure.data}/{self.home}/{own_prices.this_month()}"

    def validate_sessions(self, field: StringField) -> None:
        """Checks that it is a whole number that a course can have. Raises ValidationError."""
        text = field.data or ""
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_SESSIONS):
            raise ValidationError(_("Enter a whole number of sessions from 1 to %(n)s", n=MAX_SESSIONS))

    def validate_amount(self, field: StringField) -> None:
        """Checks that it is a price above 0, told for the first time this month. Raises ValidationError."""
        try:
            if self.sessions.errors or self.price:
                return self._check_first()
        except NotAnAmount as problem:
            raise ValidationError(sentence(problem)) from problem
        raise ValidationError(_("Enter an amount above 0"))

    def _check_first(self) -> None:
        if self.mark in session.get(SHARED, ()):
            raise ValidationError(_("You shared a price for this already this month. One counts once"))


@blueprint.route("/own-prices", methods=["GET", "POST"])
@writes
def share_own_price() -> ResponseReturnValue:
    """Shows what is kept of a price at home; a POST stores it. Raises NotFound."""
    listed = {procedure.slug: procedure for each in queries.treatments() for procedure in each.procedures}
    form = _form(listed)
    if form.is_submitted() and form.validate():
        own_prices.share(listed[form.procedure.data], country=form.home, price=form.price, currency=form.currency)
        month = str(own_prices.this_month())
        session[SHARED] = [*(mark for mark in session.get(SHARED, ()) if mark.endswith(month)), form.mark]
        return redirect(f"/own-prices?country={form.home.lower()}&shared=1", 303)
    shown = {
        "form": form,
        "unknown": form.names_unknown_country,
        "place": country_in_sentence(form.home),
        "shown_from": own_prices.SHOWN_FROM,
    }
    page = render_template("public/own_price.html", has_errors=bool(form.errors), shared=_has_shared(), **shown)
    return page, 422 if form.errors and form.is_submitted() else 200


def own_price_help(wanted: Asked, procedure: Procedure, *, has_guide: bool) -> OwnPriceHelp:
    """Returns what stands beside the field: what readers told where the guide has no price, and where to share one.

    Raises NoRate.
    """
    share = urlencode(
        {
            "country": wanted.home.lower(),
            "procedure": procedure.slug,
            "sessions": wanted.plan.sessions,
            "amount": wanted.form.own.data or "",
            "currency": wanted.currency,
        }
    )
    return OwnPriceHelp(
        hint="" if has_guide else _hint(wanted, procedure),
        share=f"/own-prices?{share}" if wanted.own("own") is not None else None,
    )


def _hint(wanted: Asked, procedure: Procedure) -> str:
    told = _("The guide has no price for %(country)s.", country=country_in_sentence(wanted.home))
    of = exchange.shown_currency(homes()[wanted.home].currency)
    found = own_prices.reader_range(procedure.id, country=wanted.home, currency=of)
    if found is None:
        return told + " " + _("Type what all sessions together would cost you there.")
    low, high = (exchange.about(price * wanted.plan.sessions, of, wanted.currency) for price in (found.low, found.high))
    readers = ngettext(
        "From readers: %(span)s for this course, the middle half of %(num)s price since %(month)s. Not checked.",
        "From readers: %(span)s for this course, the middle half of %(num)s prices since %(month)s. Not checked.",
        found.count,
        span=span_text(low, high, wanted.currency),
        month=format_date(found.since, "MMMM y", locale=get_locale() or "en"),
    )
    return f"{told} {readers}"


def _has_shared() -> bool:
    return request.method == "GET" and "shared" in request.args


def _form(listed: dict[str, Procedure]) -> OwnPriceForm:
    """Returns the form; one that is only shown holds what the address says, the amount in the country's currency."""
    form = OwnPriceForm(formdata=request.form if request.method == "POST" else MultiDict(_asked()))
    form.procedure.choices = [(slug, procedure.name) for slug, procedure in listed.items()]
    if request.method == "GET" and form.procedure.data and form.procedure.data not in listed:
        form.procedure.errors = [_("We have no treatment with the name in this address. Select one")]
        form.procedure.data = ""
    form.procedure.data = form.procedure.data or next(iter(listed), "")
    form.country.data = form.home
    if request.method == "GET":
        form.amount.data = _in_currency(form.amount.data or "", form.currency)
    return form


def _asked() -> dict[str, str]:
    return {name: request.args[name] for name in ("country", "procedure", "sessions", "amount") if name in request.args}


def _in_currency(text: str, currency: str) -> str:
    """Returns an amount of the address as it is typed in this currency; as it stands there where it is none."""
    of = request.args.get("currency", currency).upper()
    if of == currency or not exchange.has_rate(of):
        return text
    try:
        return as_typed(half_up(exchange.exact(read_amount(text, of), of, currency)), currency)
    except NotAnAmount:
        return text
