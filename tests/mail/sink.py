"""An SMTP server on loopback that can misbehave."""

import asyncio
import random
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.processes.mailbox import free_port

ANSWERS = {"451": "451 4.3.0 try later", "550": "550 5.7.1 refused", "421": "421 4.3.2 closing"}


class Sink:
    """Keeps what it was given. `mode` says how it answers.

    ok, 421, 451, 550 (to the body), no_such_user, 421_early, drop_early, hang_early (to RCPT), drop, hang, nonsense
    (after the body), half (451 to every second body, by chance). Who begins with `bounce` is unknown in every mode,
    and whoever is at `silent_for` gets no answer to RCPT.
    """

    def __init__(self, *, port: int | None = None, **smtp: Any) -> None:
        self.mode = "ok"
        self.silent_for = ""
        self.given: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.connections = 0
        self._open: list[SMTP] = []
        self.accepted: list[str] = []  # Message-IDs answered with 250
        self.port = port or free_port()
        self._held = asyncio.Event()
        self._chance = random.Random(1)
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **smtp)

    def one(self) -> EmailMessage:
        """The one message it was given."""
        (message,) = self.given
        return message

    def start(self) -> None:
        """Listens."""
        self._controller.start()

    def stop(self) -> None:
        """Lets go of whoever hangs, then stops."""
        self._controller.loop.call_soon_threadsafe(self._held.set)
        self._controller.stop()

    def hang_up(self) -> None:
        """Ends every connection without a word."""

        async def abort() -> None:
            for server in self._open:
                server.transport.abort()

        asyncio.run_coroutine_threadsafe(abort(), self._controller.loop).result(5)

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Counts who says hello."""
        session.host_name = hostname
        self.connections += 1
        self._open.append(server)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One refusal that names the address, as real servers do."""
        if self.mode == "no_such_user" or address.startswith("bounce"):
            return f"550 5.1.1 {address} is unknown here"
        if self.mode == "421_early":
            return ANSWERS["421"]
        if self.mode == "drop_early":
            server.transport.abort()
        if self.mode == "hang_early" or address.endswith(f"@{self.silent_for}"):
            await self._held.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Whatever the mode, the body was read."""
        content = cast(bytes, envelope.content)
        self.given.append(cast(EmailMessage, message_from_bytes(content, policy=default)))
        self.recipients.append(list(envelope.rcpt_tos))
        if self.mode == "drop":
            server.transport.abort()
        if self.mode == "hang":
            await self._held.wait()
        answer = "what?" if self.mode == "nonsense" else ANSWERS.get(self._now(), "250 OK")
        if answer.startswith("250"):
            self.accepted.append(str(self.given[-1]["message-id"]))
        return answer

    def _now(self) -> str:
        return self._chance.choice(("451", "ok")) if self.mode == "half" else self.mode
