"""The rules of a password, the same wherever one is chosen."""

from flask import current_app


def problem_with(password: str) -> str | None:
    """What to mend; None for one that will do."""
    errors, _normal = current_app.extensions["security"].password_util.validate(password, is_register=False)
    return str(errors[0]) if errors else None


def normal(password: str) -> str:
    """As it is compared when signing in."""
    text: str = current_app.extensions["security"].password_util.normalize(password)
    return text
