# An HTTP client written directly on a socket, so that requests can be cut, pipelined and left half.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from peers import Peer


class Answer:
    """One HTTP response."""

    def __init__(self, head, body):
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split(" ")[1])
        pairs = [line.split(": ", 1) for line in lines[1:]]
        self.fields = {name.lower(): value for name, value in pairs}
        self.body = body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The word for programs in a refusal."""
        return self.json["error"]["code"]


class WebPeer(Peer):
    """A connection that HTTP is spoken on."""

    def request(self, method, target, body=None, **fields):
        """Sends a request; underscores in names of fields stand for dashes."""
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        data = body.encode() if isinstance(body, str) else body or b""
        if body is not None:
            lines.append(f"Content-Length: {len(data)}")
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + data)

    def ask(self, method, target, body=None, **fields):
        self.request(method, target, body, **fields)
        return self.answer(has_content=method != "HEAD")

    def answer(self, has_content=True):
        """The next response; with content of no said length, that is what has not been read."""
        head = self._take_until(b"\r\n\r\n")
        answer = Answer(head, b"")
        length = int(answer.fields.get("content-length", 0)) if has_content else 0
        if answer.status in (101, 204, 304):
            length = 0
        while len(self.unread) < length:
            piece = self.receive()
            assert piece, "the connection ended within an answer"
            self.unread += piece
        answer.body, self.unread = self.unread[:length], self.unread[length:]
        return answer

    def event(self):
        """The next server-sent event as (id, object); comments and retries are passed over."""
        while True:
            block = self._take_until(b"\n\n").decode()
            fields = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            if "data" in fields:
                return fields.get("id"), json.loads(fields["data"])

    def expect_event(self, type, **values):
        """The next event of that type with these values, as (id, object)."""
        while True:
            number, event = self.event()
            same = all(event.get(name) == value for name, value in values.items())
            if event["type"] == type and same:
                return number, event

    def _take_until(self, end):
        while end not in self.unread:
            piece = self.receive()
            assert piece, f"the connection ended; there was: {self.unread!r}"
            self.unread += piece
        data, self.unread = self.unread.split(end, 1)
        return data
