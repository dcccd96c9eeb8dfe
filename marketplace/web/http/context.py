"""What every request starts from, whoever sends it."""

from email.utils import parseaddr

from flask import Flask, current_app, request
from flask_babel import get_locale

from marketplace.catalogue.content_loader import treatment_folders
from marketplace.foundation.database.roles import DatabaseRole, use_role

THEMES = {"light", "dark"}


def begin() -> None:
    """Takes the public role. Threads are used again: nobody sees the rows of the one before."""
    use_role(DatabaseRole.PUBLIC)


def page_context() -> dict[str, object]:
    """The language, its direction and the reader's theme, which a cookie of its own keeps."""
    locale = get_locale()
    theme = request.cookies.get("theme")
    return {
        "page_lang": str(locale) if locale else "en",
        "page_dir": locale.text_direction if locale else "ltr",
        "theme": theme if theme in THEMES else None,
    }


def contact_address() -> str:
    """Where people write to: the address the site's mail comes from, without its name."""
    return parseaddr(str(current_app.config["MAIL_DEFAULT_SENDER"]))[1]


def prices_path(treatment: str | None = None) -> str:
    """Returns where prices of this treatment are compared, else of the first; asks files, not the database."""
    folders = treatment_folders(tuple(current_app.config["CONTENT_FOLDERS"]))
    return f"/treatments/{treatment or folders[0].name}/cost"


def install(app: Flask) -> None:
    """Binds them to the app."""
    app.before_request(begin)
    app.context_processor(page_context)
    app.jinja_env.globals["contact_address"] = contact_address
    app.jinja_env.globals["prices_path"] = prices_path
