"""A TCP proxy before a PostgreSQL's socket that can go silent: it acknowledges everything and passes nothing on.

As a process of its own: `python -m tests.silent_proxy HOST PORT SOCKET FILE`, silent while FILE exists.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

LOOK = 0.02  # seconds


class SilentProxy:
    """Listens at `port`; what came while it was silent is passed on afterwards, as a network does that recovers."""

    def __init__(self, host: str, port: int, *, socket: Path, is_silent: Callable[[], bool]) -> None:
        self._host, self._port, self._socket, self._is_silent = host, port, socket, is_silent

    async def serve(self, up: Callable[[], None]) -> None:
        """Until cancelled."""
        server = await asyncio.start_server(self._serve_one, self._host, self._port)
        up()
        async with server:
            await server.serve_forever()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(str(self._socket))
        try:
            with suppress(OSError):
                await asyncio.gather(self._pass_on(reader, there_writer), self._pass_on(there_reader, writer))
        finally:
            # Left to the garbage collector they complain in the middle of whatever runs then.
            writer.transport.abort()
            there_writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65536):
            while self._is_silent():
                await asyncio.sleep(LOOK)
            writer.write(chunk)
            await writer.drain()
        writer.close()


class ProxyThread:
    """The same inside a test's process; `silent` is set by the test."""

    def __init__(self, *, port: int, socket: Path) -> None:
        self.silent, self.port = False, port
        self._proxy = SilentProxy("127.0.0.1", port, socket=socket, is_silent=lambda: self.silent)
        self._up, self._thread = Event(), Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Returns when it listens."""
        self._thread.start()
        assert self._up.wait(5)

    def stop(self) -> None:
        """Ends it and whatever it passes on."""
        self.silent = False
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(5)

    def _run(self) -> None:
        with suppress(asyncio.CancelledError):
            asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        await self._proxy.serve(self._up.set)


def main() -> None:
    """HOST PORT SOCKET FILE"""
    host, port, socket, file = sys.argv[1:]
    proxy = SilentProxy(host, int(port), socket=Path(socket), is_silent=Path(file).exists)
    asyncio.run(proxy.serve(lambda: print("up", flush=True)))


if __name__ == "__main__":
    main()
