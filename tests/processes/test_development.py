"""What a start makes up, keeps and refuses."""

import socket
from pathlib import Path

import pytest

from marketplace.config import load_config
from marketplace.processes.development import (
    development_secrets,
    remember,
    remembered,
    sample_password_file,
)
from marketplace.processes.launch import CannotStart, InstanceLock
from marketplace.processes.mailbox import free_port
from marketplace.processes.run import chosen_port, is_ready


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    made = development_secrets(tmp_path, {})
    assert set(made) == {"SECRET_KEY", "FIELD_KEYS", "PASSWORD_SALT", "TOTP_SECRET"}
    assert development_secrets(tmp_path, {}) == made
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_secrets_are_taken_by_the_configuration(tmp_path: Path) -> None:
    assert load_config(development_secrets(tmp_path, {}))["SECRET_KEY"]


def test_given_secret_wins(tmp_path: Path) -> None:
    assert "SECRET_KEY" not in development_secrets(tmp_path, {"SECRET_KEY": "given"})


def test_sample_password_is_made_once_and_readable(tmp_path: Path) -> None:
    path = sample_password_file(tmp_path)
    password = path.read_text()
    assert sample_password_file(tmp_path).read_text() == password
    assert len(password.strip()) == 20
    assert password.strip().replace("-", "").isalpha()
    assert path.stat().st_mode & 0o777 == 0o600


def test_commands_beside_a_run_reach_its_database(tmp_path: Path) -> None:
    remember(tmp_path, {"DATABASE_URL": "postgresql://run", "SECRET_KEY": "run", "DATA_DIR": str(tmp_path)})
    found = remembered({"DATA_DIR": str(tmp_path), "SECRET_KEY": "given"})
    assert found == {"DATABASE_URL": "postgresql://run"}


@pytest.mark.parametrize("environ", [{"MARKETPLACE_ENV": "production"}, {"DATABASE_URL": "postgresql://other"}])
def test_nothing_is_remembered_against_the_environment(tmp_path: Path, environ: dict[str, str]) -> None:
    remember(tmp_path, {"DATABASE_URL": "postgresql://run"})
    assert remembered({"DATA_DIR": str(tmp_path), **environ}) == {}


def test_taken_port_is_refused_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(CannotStart, match=f"Port {port} is taken"):
            chosen_port({"PORT": str(port)})


@pytest.mark.parametrize("given", ["web", "0", "70000", "-1"])
def test_port_must_be_a_port(given: str) -> None:
    with pytest.raises(CannotStart, match="PORT must be a number"):
        chosen_port({"PORT": given})


def test_free_port_is_taken() -> None:
    port = free_port()
    assert chosen_port({"PORT": str(port)}) == port
    assert is_ready(port) is False


def test_claim_names_its_holder_and_can_be_given_back(tmp_path: Path) -> None:
    held = InstanceLock(tmp_path / "lock", refusal="taken by {owner}")
    with pytest.raises(CannotStart, match=r"taken by \d+"):
        InstanceLock(tmp_path / "lock", refusal="taken by {owner}")
    held.release()
    InstanceLock(tmp_path / "lock", refusal="taken by {owner}").release()
