# WebSocket clients as a script has them: Debian's `websockets` library, with its threads.
# SPDX-License-Identifier: GPL-3.0-or-later
import asyncio
import contextlib
import json
import threading

import websockets

from waiting import PATIENCE


class Loop:
    """An event loop on a thread of its own, for all sockets of a test."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    def run(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def end(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(PATIENCE)


class SocketPeer:
    """A WebSocket; what it was sent is kept."""

    def __init__(self, loop, port, path="/", subprotocol=None, **options):
        self.loop = loop
        self.seen = []
        names = [subprotocol] if subprotocol else None
        options.setdefault("compression", None)
        url = f"ws://127.0.0.1:{port}{path}"

        async def connect():
            return await websockets.connect(
                url, subprotocols=names, ping_interval=None, **options)

        self.socket = loop.run(connect())
        assert self.socket.subprotocol == subprotocol

    def send(self, data):
        self.loop.run(self.socket.send(data))

    def receive(self):
        """The next message."""
        message = self.loop.run(asyncio.wait_for(self.socket.recv(), PATIENCE))
        self.seen.append(message)
        return message

    def expect(self, matches, what):
        """The first message for which `matches` is true; those before it are passed over."""
        while True:
            try:
                message = self.receive()
            except websockets.ConnectionClosed as end:
                raise AssertionError(f"closed before {what}: {end}; there was: {self.seen[-9:]}")
            if found := matches(message):
                return found

    def wait_text(self, text):
        """The next message with `text` in it."""
        return self.expect(lambda message: message if text in message else None, repr(text))

    def wait_closed(self):
        """Reads to the end; the close's code."""
        async def drain():
            with contextlib.suppress(websockets.ConnectionClosed):
                async for message in self.socket:
                    self.seen.append(message)
            await self.socket.wait_closed()
        self.loop.run(asyncio.wait_for(drain(), PATIENCE))
        return self.socket.close_code

    def close(self):
        self.loop.run(self.socket.close())


class JSONSocket(SocketPeer):
    """Speaks JSON, one object a message."""

    def __init__(self, loop, port, nick, subprotocol="chatkit.v1.json", **options):
        super().__init__(loop, port, subprotocol=subprotocol, **options)
        self.request("hello", nick=nick)
        self.welcome = self.wait("welcome")
        self.wait("names")

    def request(self, type, **fields):
        self.send(json.dumps({"type": type, **fields}))

    def wait(self, type, **fields):
        """The next event of that type whose fields have these values."""
        def matches(message):
            event = json.loads(message) if message.startswith("{") else {"type": "plain"}
            same = all(event.get(name) == value for name, value in fields.items())
            return event if event["type"] == type and same else None
        return self.expect(matches, f"{type} {fields}")
