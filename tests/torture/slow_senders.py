"""Connections that send a little at a time and never come to an end; one that is ended is opened again."""

import asyncio
import threading
import time

BEGINNINGS = {
    "headers": b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "body": b"POST /my/link HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9999\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\n",
}
DRIPS = {"headers": b"X-More: 1\r\n", "body": b"x"}
PAUSE = 4.0  # seconds between two drips
ADDRESSES = 8  # they come from; of one alone the front refuses most


class SlowSenders:
    """So many at once, for so long, in a thread of their own."""

    def __init__(self, port: int, *, what: str, number: int, seconds: float) -> None:
        self._port, self._what = port, what
        self._until = time.monotonic() + seconds
        self.open = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all(number)))
        self._thread.start()

    async def _all(self, number: int) -> None:
        await asyncio.gather(*(self._one(f"127.0.0.{2 + position % ADDRESSES}") for position in range(number)))

    async def _one(self, address: str) -> None:
        while time.monotonic() < self._until:
            try:
                await self._send(address)
            except OSError:
                await asyncio.sleep(0.2)

    async def _send(self, address: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(address, 0))
        self.open += 1
        try:
            writer.write(BEGINNINGS[self._what])
            while time.monotonic() < self._until and not reader.at_eof():
                await writer.drain()
                await asyncio.sleep(PAUSE)
                writer.write(DRIPS[self._what])
        finally:
            self.open -= 1
            writer.close()

    def wait(self) -> None:
        """Until the last has ended."""
        self._thread.join()
