"""What every request starts from, whoever sends it."""

from flask import Flask, request
from flask_babel import get_locale

from marketplace.foundation.faces import Face, wear

THEMES = {"light", "dark"}


def begin() -> None:
    """Threads are used again: nobody sees the rows of the one before."""
    wear(Face.PUBLIC)


def page_context() -> dict[str, object]:
    """The language, its direction and the reader's theme, which a cookie of its own keeps."""
    locale = get_locale()
    theme = request.cookies.get("theme")
    return {
        "page_lang": str(locale) if locale else "en",
        "page_dir": locale.text_direction if locale else "ltr",
        "theme": theme if theme in THEMES else None,
    }


def install(app: Flask) -> None:
    """Binds both."""
    app.before_request(begin)
    app.context_processor(page_context)
