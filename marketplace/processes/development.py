"""What development makes up for itself, once, and keeps in DATA_DIR for its owner's eyes only."""

import base64
import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

REMEMBERED = "environment.json"


def data_dir(environ: Mapping[str, str]) -> Path:
    """Returns DATA_DIR as an absolute path."""
    return Path(environ.get("DATA_DIR") or "instance").resolve()


def development_secrets(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Returns every secret the environment does not give, the same at each start."""
    made = json.loads(_made_once(folder / "secrets.json", _new_secrets))
    return {name: value for name, value in made.items() if not environ.get(name)}


def sample_password_file(folder: Path) -> Path:
    """Returns the file with the password of all sample accounts, made once: another on each machine."""
    path = folder / "sample-password"
    _made_once(path, lambda: _readable_password() + "\n")
    return path


def remember(folder: Path, settings: Mapping[str, str]) -> None:
    """Stores what the running site was started with, so that commands beside it reach the same database."""
    _write(folder / REMEMBERED, json.dumps(dict(settings), indent=1, sort_keys=True))


def remembered(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns what `make run` stored for this DATA_DIR and the environment does not say; nothing in production."""
    if environ.get("MARKETPLACE_ENV") == "production" or environ.get("DATABASE_URL"):
        return {}
    path = data_dir(environ) / REMEMBERED
    if not path.exists():
        return {}
    return {name: value for name, value in json.loads(path.read_text("utf-8")).items() if not environ.get(name)}


def _new_secrets() -> str:
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "FIELD_KEYS": base64.b64encode(secrets.token_bytes(32)).decode(),
        "PASSWORD_SALT": secrets.token_urlsafe(24),
        "TOTP_SECRET": secrets.token_urlsafe(32),
    }
    return json.dumps(made, indent=1)


def _readable_password() -> str:
    syllables = [first + second for first in "bdfgklmnprstvz" for second in "aeiou"]
    return "-".join("".join(secrets.choice(syllables) for _ in range(3)) for _ in range(3))


def _made_once(path: Path, make: Callable[[], str]) -> str:
    if not path.exists():
        _write(path, make())
    return path.read_text("utf-8")


def _write(path: Path, content: str) -> None:
    rough = path.with_name(path.name + ".new")
    rough.unlink(missing_ok=True)
    with os.fdopen(os.open(rough, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    rough.replace(path)
