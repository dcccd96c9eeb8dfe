"""Rules on keys: there, long, random, and each for one purpose."""

import base64
import hashlib
from collections.abc import Iterator
from itertools import combinations

from marketplace.config_rules.finding import Environment, Finding

DEVELOPMENT_SECRET = "development-only-secret-never-for-production"  # noqa: S105 - refused in production
PLACEHOLDERS = ("changeme", "change-me", "change_me", "replace-me", "your-secret", "development")
MIN_LENGTH = 32
# Fewer different characters or bytes than this are no random key.
MIN_DISTINCT = 10
OPTIONAL = ("PASSWORD_SALT", "TOTP_SECRET", "METRICS_TOKEN", "MAIL_HOOK_SECRET")
MAKE_SECRET = "make one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105
MAKE_KEY = (
    "make one with: python -c 'import base64, secrets; print(base64.b64encode(secrets.token_bytes(32)).decode())'"
)


def derived_field_key(secret: str) -> bytes:
    """The key that development seals with when it is given none."""
    return hashlib.sha256(secret.encode()).digest()


def unreadable(environ: Environment) -> Iterator[Finding]:
    """Findings on keys that nothing could be sealed with."""
    if any(decoded(part) is None for part in _parts(environ)):
        yield Finding("FIELD_KEYS", "each key must be 32 bytes in base64; separate them by commas")


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Findings on missing, short, weak, default and equal keys."""
    if not environ.get("SECRET_KEY"):
        yield Finding("SECRET_KEY", f"is missing; {MAKE_SECRET}")
    for name in ("SECRET_KEY", *OPTIONAL):
        yield from _weak(name, environ.get(name, ""))
    yield from _field_keys(environ)
    yield from _equal(environ)


def _weak(name: str, secret: str) -> Iterator[Finding]:
    if not secret:
        return
    if secret == DEVELOPMENT_SECRET or any(word in secret.lower() for word in PLACEHOLDERS):
        yield Finding(name, f"is a default or a placeholder; {MAKE_SECRET}")
    elif len(secret) < MIN_LENGTH:
        yield Finding(name, f"is shorter than {MIN_LENGTH} characters; {MAKE_SECRET}")
    elif len(set(secret)) < MIN_DISTINCT:
        yield Finding(name, f"repeats a few characters; {MAKE_SECRET}")


def _parts(environ: Environment) -> list[str]:
    return [part.strip() for part in environ.get("FIELD_KEYS", "").split(",") if part.strip()]


def decoded(part: str) -> bytes | None:
    """The key's bytes, if it is 32 bytes in base64; else None."""
    try:
        key = base64.b64decode(part, validate=True)
    except ValueError:
        return None
    return key if len(key) == 32 else None


def _field_keys(environ: Environment) -> Iterator[Finding]:
    parts = _parts(environ)
    keys = [key for part in parts if (key := decoded(part)) is not None]
    if not parts:
        yield Finding("FIELD_KEYS", f"is missing; {MAKE_KEY}")
    if len(set(keys)) < len(keys):
        yield Finding("FIELD_KEYS", "holds the same key twice")
    if any(len(set(key)) < MIN_DISTINCT for key in keys):
        yield Finding("FIELD_KEYS", f"a key repeats a few bytes; {MAKE_KEY}")
    if derived_field_key(environ.get("SECRET_KEY", "")) in keys:
        yield Finding("FIELD_KEYS", "a key is made from SECRET_KEY: whoever has the one has both")


def _equal(environ: Environment) -> Iterator[Finding]:
    given = [(name, environ[name]) for name in ("SECRET_KEY", *OPTIONAL) if environ.get(name)]
    given += [("FIELD_KEYS", part) for part in set(_parts(environ))]
    given += [(name, environ[name]) for name in ("MAIL_PASSWORD",) if environ.get(name)]
    for (name, one), (other, two) in combinations(given, 2):
        if one == two:
            yield Finding(name, f"is equal to {other}: each key has one purpose")
