"""An SMTP server of its own process that can misbehave: what it accepts is on disk before the sender hears 250.

It looks into MODE before every answer: JSON with `mode` (ok, 451, 550, 421, 550rcpt, drop_before, drop_after, hang),
`delay` in seconds, `p`, the share of emails the mode is for, and `silent_for`, a domain whose RCPT is never answered.
"""

import asyncio
import json
import os
import random
import sys
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

REFUSALS = {"451": "451 4.3.0 try later", "550": "550 5.7.1 refused", "421": "421 4.3.2 closing"}


class Handler:
    """Decides for each email anew."""

    def __init__(self, kept: Path, mode: Path) -> None:
        self._kept = kept.open("a", buffering=1)
        self._mode = mode

    def _current(self) -> dict[str, Any]:
        mode: dict[str, Any] = json.loads(self._mode.read_text()) if self._mode.exists() else {}
        return mode if random.random() <= mode.get("p", 1) else {"delay": mode.get("delay", 0)}

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whoever begins with `bounce` is unknown here."""
        silent_for = self._current().get("silent_for")
        if silent_for and address.endswith(f"@{silent_for}"):
            await asyncio.sleep(3600)
        if address.startswith("bounce") or self._current().get("mode") == "550rcpt":
            return "550 5.1.1 user unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The body was read, whatever follows."""
        current = self._current()
        mode = current.get("mode", "ok")
        await asyncio.sleep(3600 if mode == "hang" else current.get("delay", 0))
        if mode in REFUSALS:
            return REFUSALS[mode]
        if mode != "drop_before":
            self._keep(envelope)
        if mode.startswith("drop"):
            server.transport.abort()
        return "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        message = cast(EmailMessage, message_from_bytes(cast(bytes, envelope.content), policy=default))
        plain = message.get_body(("plain",))
        line = {
            "t": time.time(),
            "id": message["message-id"],
            "to": envelope.rcpt_tos,
            "subject": message["subject"],
            "text": plain.get_content() if plain else "",
        }
        self._kept.write(json.dumps(line) + "\n")
        self._kept.flush()
        os.fsync(self._kept.fileno())


def main() -> None:
    """PORT KEPT MODE"""
    port, kept, mode = sys.argv[1:]
    Controller(Handler(Path(kept), Path(mode)), hostname="127.0.0.1", port=int(port)).start()
    print("up", flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
