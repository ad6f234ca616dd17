# The front door: clients of every kind come in, wait in one line, and are served by the server that has
# room; servers are never given more than they have.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import subprocess

import pytest

from framed import FRAMED, FramedJSONVisitor, FramedPlainVisitor
from front_doors import EVERY_KIND, nick_of
from pages import PagePeer
from peers import JSONPeer
from visitors import KINDS, JSONVisitor, PlainVisitor, take_in_all
from waiting import eventually


def news(visitor):
    """What a JSON visitor was told last of its place."""
    return [json.loads(line) for line in visitor.seen if '"queue"' in line][-1]


# MARK: Being served


def test_every_kind_of_client_is_served_and_talks_with_those_who_are_there(
        three, start_relay, come, closing):
    servers = three(5)
    hosts = [come(server, JSONVisitor, "host").enter() for server in servers.values()]
    relay = start_relay(servers=servers)
    guests = [come(relay, kind, nick_of(kind)).enter() for kind in EVERY_KIND]
    page = closing(PagePeer(relay.port, "polling", auth={"nick": "dot-io"}))
    page.wait("welcome")

    def hosts_of(nick):
        return [host for host in hosts if ("text", nick, "hello") in host.events]
    page.emit("message", "hello")
    for guest in guests:
        assert guest.told("queue") == guest.told("turn") == []
        guest.say("hello")
    nicks = [guest.nick for guest in guests] + ["dot-io"]
    take_in_all(hosts, lambda: all(hosts_of(nick) for nick in nicks))
    for guest in guests:
        [host] = hosts_of(guest.nick)
        host.say(f"welcome {guest.nick}")
        guest.hear("text", "host", f"welcome {guest.nick}")
    [host] = hosts_of("dot-io")
    host.say("welcome dot-io")
    page.wait("message", text="welcome dot-io")
    # Who comes goes where most is free.
    assert all(2 <= row["in_use"] <= 4 for row in relay.table["servers"]), relay.table
    assert sum(row["in_use"] for row in relay.table["servers"]) == len(nicks) + 3
    for guest in guests:
        guest.leave()
        guest.hear("closed")
    page.close()
    eventually("the slots are free", lambda: [
        row["in_use"] for row in relay.table["servers"]] == [1, 1, 1], look=lambda: relay.table)


@pytest.mark.parametrize("transport", ["polling", "websocket", "upgrade"])
def test_a_page_talks_by_socket_io(start_trusting, start_relay, come, closing, transport):
    server = start_trusting("Server A", "--capacity", "2")
    relay = start_relay(servers={"Server A": server})
    bob = come(relay, JSONVisitor, "bob").enter()
    ann = closing(PagePeer(relay.port, transport, auth={"nick": "ann"}))
    assert ann.wait("welcome")["server"] == "Server A"
    if transport == "upgrade":
        eventually("the upgrade", lambda: ann.socket.transport() == "websocket")
    for number in range(20):
        assert ann.call("message", f"number {number}")["seq"] == number + 1
    bob.hear("text", "ann", "number 19")
    bob.say("hello page")
    ann.wait("message", text="hello page")
    assert relay.row("Server A")["in_use"] == 2
    ann.close()
    relay.wait_row("Server A", in_use=1)


def test_half_a_connection_is_enough_to_post(start_trusting, start_relay, come):
    server = start_trusting("Server A")
    relay = start_relay(servers={"Server A": server})
    bob = come(relay, JSONVisitor, "bob").enter()
    done = subprocess.run(
        ["nc", "-N", "127.0.0.1", str(relay.port)], input="robot\ndeploy done\n",
        capture_output=True, text=True, timeout=30)
    assert done.returncode == 0
    bob.hear("text", "robot", "deploy done")
    assert "robot: deploy done" in done.stdout
    relay.wait_row("Server A", in_use=1)


# MARK: Waiting


def test_everyone_waits_in_one_line_and_is_told_in_their_own_words(
        three, start_relay, come, watch):
    servers = three(1)
    relay = start_relay("--wait", "200", servers=servers)
    watches = [watch(server) for server in servers.values()]
    served = [come(relay, JSONVisitor, f"s{number}").enter() for number in range(3)]
    line = []
    for number, kind in enumerate(EVERY_KIND, 1):
        line.append(come(relay, kind, nick_of(kind)))
        line[-1].hear("queue", number, number)
    assert relay.table["waiting"] == len(line)
    # In words and in figures: nobody was ever done, so no estimate yet.
    assert "no estimate yet, at most " in line[0].seen[-1]
    told = news(line[1])
    assert told["eta_s"] is None and 0 <= told["waited_s"] <= 200
    assert 0 < told["expires_in_s"] <= 200 and told["ticket"]
    for number, visitor in enumerate(line):
        served.pop(0).leave()
        visitor.hear("turn")
        visitor.enter()
        served.append(visitor)
        for place, other in enumerate(line[number + 1:], 1):
            other.hear("queue", place, len(line) - number - 1)
    assert relay.table["waiting"] == 0
    for seen in watches:
        seen.check()


def test_a_wait_that_expires_is_told(start_trusting, start_relay, come):
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay("--wait", "2", servers={"Server A": server})
    served = come(relay, JSONVisitor, "served").enter()
    line = [come(relay, kind, nick_of(kind)) for kind in EVERY_KIND]
    for visitor in line:
        visitor.hear("queue")
        visitor.hear("bye", "wait_expired")
        visitor.hear("closed")
        assert not visitor.was_reset
        assert getattr(visitor, "close_code", 1013) == 1013
    served.say("still here")
    served.hear("text", "served", "still here")
    many = len(EVERY_KIND)
    wait_figures(relay, approached=many + 1, attended=1, lost={"total": many, "expired": many})


def test_a_full_line_turns_others_away_at_once(start_trusting, start_relay, come):
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay("--max-waiting", "1", servers={"Server A": server})
    served = come(relay, JSONVisitor, "served").enter()
    waiting = come(relay, PlainVisitor, "waiting")
    waiting.hear("queue", 1, 1)
    for kind in EVERY_KIND:
        late = come(relay, kind, nick_of(kind))
        late.hear("bye", "queue_full")
        late.hear("closed")
        assert late.told("queue") == [] and not late.was_reset
    served.leave()
    waiting.enter()
    wait_figures(relay, attended=2, lost={"queue_full": len(EVERY_KIND)})


def test_without_any_server_nobody_waits_for_long(start_relay, come, closing, run_chatkit):
    relay = start_relay("--max-waiting", "100")
    # A server may be about to announce itself.
    early = come(relay, PlainVisitor, "early")
    early.hear("queue", 1, 1)

    def is_refused():
        late = come(relay, JSONVisitor, "late")
        late.take_in()
        late.leave()
        late.hear("closed")
        return late.told("bye")[0] == ("bye", "no_server")
    eventually("nobody waits", is_refused, 60)
    assert early.told("bye") == []
    for kind in EVERY_KIND:
        late = come(relay, kind, "late")
        late.hear("bye", "no_server")
        late.hear("closed")
    page = closing(PagePeer(relay.port, "polling"))
    page.wait("bye", code="no_server")
    done = run_chatkit("join", f"127.0.0.1:{relay.port}", "--json", "--send", "hello")
    assert done.returncode == 75, done


def test_a_place_is_kept_for_whoever_comes_back(start_trusting, start_relay, come):
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay(servers={"Server A": server})
    served = come(relay, JSONVisitor, "served").enter()
    kinds = [JSONVisitor, PlainVisitor, FramedJSONVisitor, KINDS[2], FramedPlainVisitor]
    line = []
    for number, kind in enumerate(kinds, 1):
        line.append(come(relay, kind, f"w{number}"))
        line[-1].hear("queue", number, number)
    for number in (2, 0, 3, 1):
        visitor = line[number]
        visitor.vanish()
        # Whoever has a ticket needs no name.
        more = {"ticket": visitor.ticket} if visitor.ticket else {}
        nick = f"new{number}" if visitor.ticket else visitor.nick
        line[number] = come_again(come, relay, kinds[number], nick, number + 1, len(kinds), **more)
    served.leave()
    for visitor in line:
        visitor.enter().leave()
    wait_figures(relay, approached=6, attended=6, lost={"total": 0})


def come_again(come, relay, kind, nick, place, of, **more):
    """Until the relay has seen the end of the connection before, whoever comes back is a new one."""
    again = []

    def is_back():
        again.append(come(relay, kind, nick, **more))
        again[-1].hear("queue")
        if again[-1].place == (place, of):
            return True
        again[-1].leave()
        again[-1].hear("closed")
        return False
    eventually(f"{nick} stands where it stood", is_back)
    return again[-1]


@pytest.mark.parametrize(
    "kind", [PlainVisitor, JSONVisitor, *FRAMED, KINDS[2]], ids=lambda kind: kind.kind)
def test_what_is_said_while_waiting_is_heard_in_that_order(
        start_trusting, start_relay, come, closing, kind):
    server = start_trusting("Server A", "--capacity", "1")
    host = come(server, JSONVisitor, "host").enter()
    relay = start_relay(servers={"Server A": server})
    waiting = come(relay, kind, "waiting")
    waiting.hear("queue", 1, 1)
    for number in range(50):
        waiting.say(f"number {number}")
    after = come(relay, PlainVisitor, "after")
    after.hear("queue", 2, 2)
    waiting.hear("queue", 1, 2)
    after.leave()
    host.leave()
    waiting.enter()
    waiting.say("now")
    waiting.leave()
    waiting.hear("closed")
    reader = closing(JSONPeer(server.port, "reader", replay=0))
    texts = [*(f"number {number}" for number in range(50)), "now"]
    assert reader.history() == [("waiting", text) for text in texts]


def wait_figures(relay, lost=None, **values):
    """Waits until the relay's statistics, which are a moment behind, are these."""
    def matches():
        figures = relay.figures
        return values.items() <= figures.items() and (lost or {}).items() <= figures["lost"].items()
    eventually(f"{values} {lost}", matches, look=lambda: relay.figures)


def test_who_says_too_much_while_waiting_is_told_and_dropped(start_trusting, start_relay, come):
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay(servers={"Server A": server})
    come(relay, JSONVisitor, "served").enter()
    for kind in (PlainVisitor, JSONVisitor, FramedJSONVisitor):
        talker = come(relay, kind, "talker")
        talker.hear("queue", 1, 1)
        try:
            for _ in range(1024):
                talker.say("x" * 1024)
        except (BrokenPipeError, ConnectionResetError):
            pass
        while talker.take_in():
            pass
        # What was on its way when the connection ended may have cost it the last words.
        assert talker.was_reset or talker.told("bye"), talker.seen
        relay.wait_waiting(0)
    assert resident(relay) < 200 << 20


def resident(program):
    """So many bytes of memory a process has."""
    with open(f"/proc/{program.process.pid}/statm") as facts:
        return int(facts.read().split()[1]) * 4096
