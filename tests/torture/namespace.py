"""A network of its own: one wire to a namespace in which the proxy before the database lives."""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.browser import ROOT

NAME, NEAR, FAR = "torture-database", "torture-near", "torture-far"
OURS, THEIRS, PORT = "10.231.77.1", "10.231.77.2", 6432


def run(*command: str, inside: bool = False) -> None:
    """One command of iproute2."""
    there = ("ip", "netns", "exec", NAME) if inside else ()
    subprocess.run([*there, *command], check=True, capture_output=True)


class FarDatabase:
    """PostgreSQL as if on another machine: by TCP, through a wire whose packets can be swallowed."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("ip") is None or os.geteuid() != 0:
            pytest.skip("a network namespace needs root and iproute2")
        self._silence = folder / "silence"
        self._folder = folder
        self._proxy: subprocess.Popen[bytes] | None = None
        self.remove()
        run("ip", "netns", "add", NAME)
        run("ip", "link", "add", NEAR, "type", "veth", "peer", "name", FAR, "netns", NAME)
        run("ip", "addr", "add", f"{OURS}/30", "dev", NEAR)
        run("ip", "link", "set", NEAR, "up")
        run("ip", "addr", "add", f"{THEIRS}/30", "dev", FAR, inside=True)
        run("ip", "link", "set", FAR, "up", inside=True)

    def start(self, socket: Path) -> None:
        """Before this PostgreSQL; a file is seen from every namespace."""
        proxy = [sys.executable, "-m", "tests.silent_proxy", THEIRS, str(PORT), str(socket), str(self._silence)]
        command = ["ip", "netns", "exec", NAME, *proxy]
        self._proxy = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self._proxy.stdout is not None
        assert self._proxy.stdout.readline() == b"up\n"

    def acknowledge_only(self, silent: bool) -> None:
        """Everything arrives there, nothing comes back but TCP's own word."""
        if silent:
            self._silence.touch()
        else:
            self._silence.unlink(missing_ok=True)

    def swallow(self, silent: bool) -> None:
        """Not even that comes back."""
        run("ip", "route", "add" if silent else "del", "blackhole", f"{OURS}/32", inside=True)

    def remove(self) -> None:
        """Proxy, wire and namespace."""
        if self._proxy is not None and self._proxy.stdout is not None:
            self._proxy.kill()
            self._proxy.wait()
            self._proxy.stdout.close()
        for command in (("ip", "link", "del", NEAR), ("ip", "netns", "del", NAME)):
            with suppress(subprocess.CalledProcessError):
                run(*command)
