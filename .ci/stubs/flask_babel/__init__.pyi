"""What the site uses of Flask-Babel, which hands out no types of its own."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from babel import Locale
from babel.support import NullTranslations
from flask import Flask

from .speaklater import LazyString as LazyString

class Domain:
    def get_translations(self) -> NullTranslations: ...

class Babel:
    domain_instance: Domain
    def init_app(
        self,
        app: Flask,
        default_locale: str = ...,
        default_domain: str = ...,
        default_translation_directories: str = ...,
        default_timezone: str = ...,
        locale_selector: Callable[[], str | None] | None = ...,
        timezone_selector: Callable[[], str | None] | None = ...,
    ) -> None: ...

def get_locale() -> Locale: ...  # None only outside of an app context, where nobody asks for it
def force_locale(locale: str | Locale) -> AbstractContextManager[None]: ...
def gettext(string: str, /, **variables: str | int | float | None) -> str: ...
def ngettext(singular: str, plural: str, num: int, /, **variables: str | int | float | None) -> str: ...
def lazy_gettext(string: str, /, **variables: str | int | float | None) -> LazyString: ...
