"""The reader's theme, home country and currency: what was chosen, else a default; the page that keeps it for longer."""

from datetime import timedelta
from urllib.parse import urlencode

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField

from marketplace.catalogue import exchange
from marketplace.catalogue.geography import DEFAULT_HOME, homes
from marketplace.foundation.security.input_safety import own_path
from marketplace.web.filters import country_name, home_choices
from marketplace.web.forms.base import Form
from marketplace.web.forms.query import QueryChoice, QueryForm
from marketplace.web.forms.visit_home import chosen_currency, chosen_home, currency_of, forget
from marketplace.web.http.page_key import CHOSEN, PARAMETERS, PREFERENCES, VISIT_CURRENCY, VISIT_HOME
from marketplace.web.public.blueprint import blueprint

KEPT_FOR = timedelta(days=365)


class PreferencesForm(Form):
    """The choice of theme, home country and currency, each with a default."""

    theme = RadioField(
        _l("Colours"),
        choices=[
            ("system", _l("As my device")),
            ("light", _l("Light")),
            ("dark", _l("Dark")),
        ],
        default="system",
    )
    home = SelectField(_l("I live in"))
    currency = SelectField(_l("Show prices in"))


class HomeForm(QueryForm):
    """Where the reader travels from."""

    home = QueryChoice(_l("I travel from"))


def _form() -> PreferencesForm:
    given = {
        "theme": request.cookies.get("theme", "system"),
        "home": home(),
        "currency": currency(),
    }
    form = PreferencesForm(data=given)
    form.home.choices = [(code, country_name(code)) for code in sorted(homes(), key=country_name)]
    form.currency.choices = [(code, code) for code in sorted({*currencies(), currency()})]
    return form


@blueprint.route("/preferences", methods=["GET", "POST"])
def preferences() -> ResponseReturnValue:
    """Shows the preferences; a POST stores them in cookies."""
    form = _form()
    if not form.is_submitted():
        return render_template("public/preferences.html", form=form, saved="saved" in request.args, back=_asked_from())
    if not form.validate():
        for field in (form.theme, form.home, form.currency):
            field.errors = [_("Select one of the choices")] if field.errors else []
        page = "public/preferences.html"
        return render_template(page, form=form, saved=False, back=_asked_from(), has_errors=True), 422
    return _keep(form)


def _asked_from() -> str | None:
    """Returns the page of this site that the reader came from and goes back to; None without one."""
    return own_path(request.form.get("next") or request.args.get("next", ""))


@blueprint.app_template_global()
def change_home_path() -> str:
    """Returns where the home country is changed, and back from there to this page without the present choice."""
    stay = [(name, value) for name, value in request.args.items(multi=True) if name in PARAMETERS - CHOSEN]
    page = request.path + (f"?{urlencode(stay)}" if stay else "")
    return f"/preferences?{urlencode({'next': page}, safe='/')}"


def _keep(form: PreferencesForm) -> ResponseReturnValue:
    answer = redirect(_asked_from() or "/preferences?saved=1", 303)
    for name in PREFERENCES:
        answer.set_cookie(
            name, form[name].data, max_age=KEPT_FOR, samesite="Lax", secure=request.is_secure, httponly=True
        )
    forget(answer, VISIT_HOME, VISIT_CURRENCY)
    return answer


MAIN_CURRENCIES = ("USD", "EUR", "GBP", "CAD", "AUD", "CHF", "PLN", "SEK", "TRY")


@blueprint.app_template_global("reader_home")
def home() -> str:
    """Returns the reader's home country as alpha-2 code; the default where no known country was given."""
    return chosen_home() or DEFAULT_HOME


def home_form() -> HomeForm:
    """Returns the chooser of the home country as the address has it, with an error for a country that is not known."""
    asked = request.args.get("home", "").strip().lower()
    form = HomeForm(formdata=MultiDict({"home": asked} if asked else {}))
    form.home.choices = home_choices(get_locale())
    form.home.default = home().lower()
    form.home.data = form.home.data or form.home.default
    form.validate()
    return form


def currency() -> str:
    """Returns the reader's currency, one with a reference rate; by default that of the home country."""
    return chosen_currency() or currency_of(home())


def currencies() -> list[str]:
    """Returns the currencies that a reader may choose."""
    known = exchange.rates().per_euro
    return [code for code in MAIN_CURRENCIES if code in known] or [exchange.EURO]
