# Engine.IO by hand, by polling: one connection that polls and one that posts, as a browser has them.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from web import WebPeer

SEPARATOR = "\x1e"
OPEN = "/socket.io/?EIO=4&transport=polling"


class PollingPeer:
    """A session; every packet that comes is kept."""

    def __init__(self, port, auth=None, cookie=None):
        self.seen = []
        self.poller, self.poster = WebPeer(port), WebPeer(port)
        self.opening = self.poller.ask("GET", OPEN, **({"Cookie": cookie} if cookie else {}))
        assert self.opening.status == 200, self.opening.text
        self.sid = json.loads(self.opening.text[1:])["sid"]
        if auth is not None:
            assert self.post("40" + json.dumps(auth)).text == "ok"

    @property
    def target(self):
        return f"{OPEN}&sid={self.sid}"

    @property
    def cookie(self):
        """What the next session is to show."""
        return self.opening.fields["set-cookie"].split(";")[0]

    def post(self, *packets):
        return self.poster.ask("POST", self.target, SEPARATOR.join(packets))

    def say(self, *texts):
        return self.post(*(f"42{json.dumps(['message', text])}" for text in texts))

    def poll(self):
        """What the next poll brings; signs of life are answered."""
        answer = self.poller.ask("GET", self.target)
        assert answer.status == 200, (answer.status, answer.text, self.seen)
        packets = answer.text.split(SEPARATOR)
        self.seen += packets
        if "2" in packets:
            self.post("3")
        return packets

    def of(self, name):
        """What came with all events of that name so far."""
        events = [json.loads(packet[2:]) for packet in self.seen if packet.startswith("42")]
        return [event[1] for event in events if event[0] == name]

    def wait(self, name, **fields):
        """Polls until there is an event of that name with these values."""
        while True:
            for event in self.of(name):
                if all(event.get(field) == value for field, value in fields.items()):
                    return event
            assert "1" not in self.seen, f"no {name} {fields}: {self.seen[-9:]}"
            self.poll()

    def wait_end(self):
        """Polls until the server ends the session."""
        while "1" not in self.seen:
            self.poll()

    def vanish(self):
        """Its requests are given up."""
        self.close()

    def close(self):
        self.poller.close()
        self.poster.close()
