# What stands behind a page's WebSocket when it is no server: the test says what the page is told, and
# when. The page itself is the server's own.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from waiting import PATIENCE, eventually

LOBBY = "#lobby"


class FakeRelay:
    """Takes a page's WebSockets in its server's place."""

    def __init__(self, page):
        self._page = page
        self._socket = None
        self._requests = []
        self._has_left = False
        page.route_web_socket("**/ws", self._accept)

    def _accept(self, socket):
        self._socket = socket
        server = socket.connect_to_server() if self._has_left else None

        def heard(text):
            self._requests.append(json.loads(text))
            if server:
                server.send(text)
        socket.on_message(heard)

    def leave(self):
        """Only listens from the next connection on."""
        self._has_left = True

    def send(self, type, **fields):
        self._socket.send(json.dumps({"type": type, **fields}))

    def expect(self, type, **fields):
        """The page's next request of that type with these values."""
        def found():
            # Lets the page's messages arrive.
            self._page.wait_for_timeout(10)
            return next((number for number, request in enumerate(self._requests) if
                         request["type"] == type and all(
                             request.get(name) == value for name, value in fields.items())), -1) + 1
        number = eventually(
            f"{type} {fields}", found, PATIENCE, look=lambda: self._requests)
        request = self._requests[number - 1]
        del self._requests[:number]
        return request

    def queue(self, position, of, ticket="t-1"):
        self.send("queue", position=position, of=of, eta_s=None, waited_s=3, expires_in_s=240,
                  ticket=ticket)

    def welcome(self, server, hello, rooms=(LOBBY,)):
        """Lets the page in, with the answer to its hello when that has none yet."""
        answered = {"re": hello["id"]} if hello else {}
        self.send("welcome", v=1, server=server, nick="ann", session="s", rooms=list(rooms),
                  resume=f"r-{server}", limits={}, **answered)

    def enter(self, room, *texts, members=("ann",), join=None):
        """The page is in a room where this was said before, perhaps because it asked to."""
        answered = {"re": join["id"]} if join and "id" in join else {}
        self.send("joined", room=room, nick="ann", at="2026-11-21T10:00:00.000Z")
        self.send("names", room=room, topic="", members=[{"nick": nick} for nick in members],
                  count=len(members), last_seq=len(texts), entered=True, **answered)
        if texts:
            self.send("history", room=room, replay=True, complete=True, messages=[
                self.message(room, number, text) for number, text in enumerate(texts, 1)])

    def message(self, room, seq, text, sender="eve"):
        return {"type": "message", "id": f"{text}-{seq}", "room": room, "seq": seq, "text": text,
                "at": "2026-11-21T10:00:00.000Z", "from": sender}

    def say(self, room, seq, text, sender="eve"):
        self.send(**self.message(room, seq, text, sender))

    def acknowledge(self, request, room, seq):
        """Shows the page its own message and says that it is safe."""
        self.say(room, seq, request["text"], "ann")
        self.send("ack", nonce=request["nonce"], id=f"{request['text']}-{seq}", room=room, seq=seq)
