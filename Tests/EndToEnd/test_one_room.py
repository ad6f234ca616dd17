# The promise: whatever they speak, everybody in one room on one port sees the same messages in the
# same order, and the numbers have no gap.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re
import selectors

from terminals import RETURN
from waiting import PATIENCE


def numbered(texts):
    """The test's own messages among what a client showed: `m0`, `m1`, …"""
    return re.findall(r"\bm\d+\b", texts)


def test_netcat_json_irssi_and_join_see_one_conversation(
        server, start_program, json_peer, irssi, join_at_terminal):
    script = json_peer("script")
    netcat = start_program("nc", "127.0.0.1", server.port)
    netcat.wait_output("NICK")
    netcat.write("nelly\n")
    netcat.wait_output("Welcome")
    irma = irssi("irma")
    alice = join_at_terminal("alice")
    script.wait("joined", nick="alice")

    def say_as_script(text):
        script.request("message", text=text)

    speakers = [
        lambda text: netcat.write(f"{text}\n"), say_as_script,
        lambda text: irma.type(f"{text}{RETURN}"), lambda text: alice.type(f"{text}{RETURN}")]
    # Everybody talks without waiting for the others: the order is the server's.
    for number in range(12):
        speakers[number % 4](f"m{number}")
    order = [script.wait("message") for _ in range(12)]
    assert [m["seq"] for m in order] == list(range(1, 13))
    expected = [m["text"] for m in order]
    assert sorted(expected) == sorted(f"m{number}" for number in range(12))

    alice.wait("all twelve for alice", lambda: len(numbered(alice.text)) == 12)
    irma.wait("all twelve for irma", lambda: len(numbered(irma.text)) == 12)
    netcat.wait_output(expected[-1])
    assert numbered(alice.text) == expected
    assert numbered(netcat.output) == expected
    # irssi shows its own messages as it sends them; the others' stand in the server's order.
    others = [m["text"] for m in order if m["from"] != "irma"]
    assert [text for text in numbered(irma.text) if text in others] == others


def test_two_hundred_clients_of_three_protocols_see_one_order(plain, json_peer, irc):
    watcher = json_peer("watcher")
    kinds = [plain, json_peer, irc]
    crowd = [kinds[number % 3](f"c{number}") for number in range(200)]
    each, total = 3, 600
    for round in range(each):
        for number, peer in enumerate(crowd):
            text = f"m{round * len(crowd) + number}"
            if isinstance(peer, type(watcher)):
                peer.request("message", text=text)
            else:
                peer.say(text)
    order = [watcher.wait("message") for _ in range(total)]
    assert [m["seq"] for m in order] == list(range(1, total + 1))
    expected = [m["text"] for m in order]
    assert set(expected) == {f"m{number}" for number in range(total)}

    for number, (peer, data) in enumerate(read_all(crowd, total)):
        seen = numbered(data)
        if isinstance(peer, type(watcher)):
            events = [json.loads(line) for line in data.splitlines()]
            numbers = [e["seq"] for e in events if e["type"] == "message"]
            assert numbers == list(range(1, total + 1)), peer.nick
        own = {f"m{round * len(crowd) + number}" for round in range(each)}
        # IRC has no echo unless it is asked for.
        wanted = [text for text in expected if number % 3 != 2 or text not in own]
        assert seen == wanted, peer.nick


def read_all(crowd, total):
    """What each has been sent, when it is as much as is due."""
    data = {peer: bytearray(peer.unread) for peer in crowd}
    missing = set(crowd)

    def is_complete(peer):
        due = total - (3 if peer in crowd[2::3] else 0)
        return data[peer].endswith(b"\n") and len(re.findall(rb"\bm\d+\b", data[peer])) >= due

    with selectors.DefaultSelector() as selector:
        for peer in crowd:
            selector.register(peer.socket, selectors.EVENT_READ, peer)
        while missing:
            ready = selector.select(PATIENCE)
            assert ready, f"nothing more comes for {sorted(peer.nick for peer in missing)[:5]}"
            for key, _ in ready:
                piece = key.data.receive()
                assert piece, f"{key.data.nick} was cut off"
                data[key.data] += piece
                if is_complete(key.data):
                    missing.discard(key.data)
    return [(peer, data[peer].decode()) for peer in crowd]
