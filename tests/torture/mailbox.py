"""The sink as a test sees it."""

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketplace.processes.mailbox import free_port
from tests.browser import ROOT

LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Accepted:
    """An email the sink said 250 to, or would have."""

    at: float
    message_id: str
    to: str
    subject: str
    text: str

    @property
    def links(self) -> list[str]:
        """Every address in its text."""
        return LINK.findall(self.text)


class Mailbox:
    """Starts the sink, tells it how to behave, reads what it accepted."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._kept, self._mode = folder / "accepted.jsonl", folder / "mode.json"
        command = [sys.executable, "-m", "tests.torture.sink", str(self.port), str(self._kept), str(self._mode)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"up\n"

    def behave(self, mode: str = "ok", *, delay: float = 0, p: float = 1, silent_for: str = "") -> None:
        """From the next email on."""
        rough = self._mode.with_suffix(".new")
        rough.write_text(json.dumps({"mode": mode, "delay": delay, "p": p, "silent_for": silent_for}))
        rough.rename(self._mode)

    def accepted(self, *, to: str = "") -> list[Accepted]:
        """Oldest first; a line still being written is left for the next look."""
        lines = self._kept.read_bytes().splitlines(keepends=True) if self._kept.exists() else []
        found: list[dict[str, Any]] = [json.loads(line) for line in lines if line.endswith(b"\n")]
        emails = [Accepted(row["t"], row["id"], row["to"][0], row["subject"], row["text"]) for row in found]
        return [email for email in emails if to in email.to]

    def stop(self) -> None:
        """Nothing it accepted is lost."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def copies(emails: list[Accepted]) -> Counter[str]:
    """How often each Message-ID came."""
    return Counter(email.message_id for email in emails)
