"""Words in the reader's language, for templates and code: the catalogue of a language is found once, its texts kept."""

from functools import cache, lru_cache

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, current_app
from flask_babel import Domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from marketplace.extensions import babel

MAX_KEPT_TEXTS = 8192  # texts without variables, of all languages
Variable = str | int | None


class KeptDomain(Domain):
    """The catalogues of flask_babel, found by the language alone; flask_babel writes its name out for each text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[Locale, NullTranslations] = {}

    def get_translations(self) -> NullTranslations:
        """Returns the catalogue of the reader's language."""
        locale = get_locale()
        found = self.found.get(locale)
        if found is None:
            found = self.found[locale] = super().get_translations()
        return found


@cache
def _locale(name: str) -> Locale:
    return Locale.parse(name)


def language() -> Locale:
    """Returns the site's language: the same object for all requests, so that what is kept by it is found at once."""
    return _locale(str(current_app.config["BABEL_DEFAULT_LOCALE"]))


# One for all apps of a process: templates and code find the same catalogues.
DOMAIN = KeptDomain()


@lru_cache(MAX_KEPT_TEXTS)
def _markup(catalogue: NullTranslations, text: str) -> Markup:
    return Markup(catalogue.ugettext(text)) % {}  # noqa: S704 - a text of ours


def install(app: Flask) -> None:
    """Gives templates `_` and `ngettext`. A text is a format string, with variables or without, as Jinja has it."""
    babel.domain_instance = DOMAIN

    @pass_eval_context
    def gettext(context: EvalContext, text: str, /, **variables: Variable) -> str:
        catalogue = DOMAIN.get_translations()
        if context.autoescape:
            return Markup(catalogue.ugettext(text)) % variables if variables else _markup(catalogue, text)  # noqa: S704
        return catalogue.ugettext(text) % variables

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, num: int, /, **variables: Variable) -> str:
        words = DOMAIN.get_translations().ungettext(one, many, num)
        return (Markup(words) if context.autoescape else words) % {"num": num, **variables}  # noqa: S704

    app.jinja_env.globals.update({"_": gettext, "gettext": gettext, "ngettext": ngettext})
