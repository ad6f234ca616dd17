# The front door and its servers: what they have is never exceeded, and what operators and programs see
# and do.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import random
import signal

import pytest

from framed import FramedJSONVisitor, FramedPlainVisitor
from front_doors import BEARER, EVERY_KIND, NAMES, nick_of
from restarting import RestartingServer
from visitors import KINDS, JSONVisitor, PlainVisitor, take_in_all
from waiting import eventually


# MARK: Never too many


@pytest.mark.parametrize("way", ["given", "announced"])
def test_clients_of_the_relay_and_others_never_take_more_than_there_is(
        start_server, start_trusting, start_relay, come, watch, token, way):
    """By either kind of link, with others who come to the servers themselves."""
    if way == "given":
        servers = {name: start_trusting(name, "--capacity", 2, "--wait", 60) for name in NAMES}
        relay = start_relay(servers=servers)
    else:
        relay = start_relay()
        servers = {name: start_trusting(
            name, "--capacity", 2, "--relay", f"127.0.0.1:{relay.port}", "--relay-token-file",
            token) for name in NAMES}
        for name in NAMES:
            relay.wait_row(name, state="up", capacity=2)
    watches = [watch(server) for server in servers.values()]
    dice = random.Random(7)
    here = []
    for number in range(90):
        if here and dice.random() < 0.45:
            visitor = here.pop(dice.randrange(len(here)))
            # The place of somebody who waits and vanishes is kept for long.
            if visitor.told("in"):
                dice.choice([visitor.vanish, visitor.leave, visitor.reset])()
            else:
                visitor.leave()
        elif dice.random() < 0.7:
            kind = dice.choice(EVERY_KIND[:6])
            here.append(come(relay, kind, f"r{number}"))
        else:
            server = dice.choice(list(servers.values()))
            here.append(come(server, dice.choice(KINDS), f"d{number}"))
    # Nobody waits at the door beside a free slot.
    take_in_all(here, lambda: relay.table["waiting"] == 0 or all(
        row["free"] == 0 for row in relay.table["servers"]))
    while here:
        here.pop().leave()
    for name in NAMES:
        relay.wait_row(name, in_use=0)
    assert relay.table["waiting"] == 0
    for seen in watches:
        seen.check()
    eventually("the sum is right", lambda: adds_up(relay), look=lambda: relay.figures)
    assert max(seen.most for seen in watches) == 2


def adds_up(relay):
    """Whether everybody who came was served or lost, and is gone."""
    figures = relay.figures
    return figures["approached"] == figures["attended"] + figures["lost"]["total"] and (
        figures["now"]["waiting"] == figures["now"]["serving"] == 0)


def test_nobody_stays_waiting_beside_a_free_slot(start_trusting, start_relay, come, watch):
    """A slot becomes free while somebody arrives, at every moment of the arrival."""
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay(servers={"Server A": server})
    seen = watch(server)
    served = come(relay, JSONVisitor, "s").enter()
    dice = random.Random(3)
    for number in range(40):
        kind = dice.choice([PlainVisitor, JSONVisitor, FramedPlainVisitor])
        peers = [come(relay, kind, f"w{number}.{each}") for each in range(dice.randrange(1, 4))]
        served.leave() if number % 2 else served.vanish()
        for peer in peers[:-1]:
            peer.enter()
            peer.leave() if number % 3 else peer.reset()
        served = peers[-1].enter()
    seen.check()
    assert relay.table["waiting"] == 0


@pytest.mark.parametrize("way", ["drain", "restart", "kill"])
def test_a_server_that_returns_is_not_given_more_than_it_has(
        start_trusting, start_relay, come, watch, home, way):
    server = RestartingServer(lambda *options, **more: start_trusting(
        "Server A", "--capacity", "3", "--db", home.path / "a.db", *options, **more))
    relay = start_relay(servers={"Server A": server})
    if way == "drain":
        assert relay.order("drain", "Server A").status == 200
    else:
        server.process.stop() if way == "restart" else server.kill()
    relay.wait_row("Server A", state="draining" if way == "drain" else "down")
    line = []
    for number in range(20):
        line.append(come(relay, [PlainVisitor, JSONVisitor][number % 2], f"w{number}"))
        line[-1].hear("queue", number + 1)
    if way == "drain":
        assert relay.order("undrain", "Server A").status == 200
    else:
        server.start()
    for visitor in line[:3]:
        visitor.enter()
    seen = watch(server)
    line[3].hear("queue", 1, 17)
    relay.wait_row("Server A", in_use=3, free=0, state="up")
    for number, visitor in enumerate(line[3:], 3):
        line[number - 3].leave()
        visitor.enter()
    seen.check()


# MARK: What is asked of it


def test_redirected_clients_go_to_a_server_themselves(
        start_trusting, start_relay, come, run_chatkit):
    server = start_trusting("Server A", "--capacity", "2")
    relay = start_relay("--redirect", servers={"Server A": server})
    for ann in [come(relay, kind, nick_of(kind)) for kind in (JSONVisitor, FramedJSONVisitor)]:
        ann.hear("closed")
        told = json.loads(ann.seen[-1])
        assert (told["type"], told["host"], told["port"]) == (
            "redirect", "127.0.0.1", server.port)
        come(server, type(ann), ann.nick, ticket=told["ticket"]).enter()
    relay.wait_row("Server A", in_use=2)
    # Who cannot be sent away is carried, or waits.
    waiting = come(relay, PlainVisitor, "waiting")
    waiting.hear("queue", 1, 1)
    assert relay.ask("GET", "/").status == 200


def test_join_waits_and_goes_where_it_is_sent(
        start_trusting, start_relay, come, start_program, binary):
    server = start_trusting("Server A", "--capacity", "1")
    served = come(server, JSONVisitor, "served").enter()
    relay = start_relay("--redirect", servers={"Server A": server})
    relay.wait_row("Server A", free=0)
    join = start_program(
        binary, "join", f"127.0.0.1:{relay.port}", "--json", "--nick", "robot", "--send", "hello")
    join.wait_output('"queue"')
    served.leave()
    assert join.wait() == 0, join.errors
    assert '"ack"' in join.output


def test_a_browser_is_sent_to_a_free_server(start_trusting, start_relay, come):
    servers = {name: start_trusting(name, "--capacity", "1") for name in NAMES[:2]}
    relay = start_relay("--redirect", servers=servers)
    taken = come(servers["Server A"], JSONVisitor, "taken").enter()
    relay.wait_row("Server A", free=0)
    answer = relay.ask("GET", "/")
    assert answer.status == 307
    assert answer.fields["location"].startswith(f"http://127.0.0.1:{servers['Server B'].port}/")
    come(servers["Server B"], JSONVisitor, "taken").enter()
    relay.wait_row("Server B", free=0)
    answer = relay.ask("GET", "/")
    assert answer.status == 200 and "text/html" in answer.fields["content-type"]
    taken.leave()
    relay.wait_row("Server A", free=1)
    assert relay.ask("GET", "/").status == 307


def test_what_is_said_in_vain_is_kept(start_trusting, start_relay, come):
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay("--wait", "2", servers={"Server A": server})
    come(relay, JSONVisitor, "served").enter()
    kinds = (PlainVisitor, JSONVisitor, FramedPlainVisitor, FramedJSONVisitor, KINDS[2])
    line = [come(relay, kind, nick_of(kind)) for kind in kinds]
    for visitor in line:
        visitor.hear("queue")
        visitor.say("call me back")
    for visitor in line:
        visitor.hear("bye", "wait_expired")
        assert any("is kept" in line for line in visitor.seen), visitor.seen
    for fields in ({}, {"Authorization": "Bearer wrong"}):
        assert relay.ask("GET", "/left", **fields).status == 401
    eventually("five messages", lambda: len(left(relay)) == 5, look=lambda: left(relay))
    assert ("plain", "call me back") in left(relay)


def left(relay):
    answer = relay.ask("GET", "/left", **BEARER)
    assert answer.status == 200
    return [(message["from"], message["text"]) for message in answer.json["messages"]]


def test_operators_look_and_give_orders(three, start_relay, come, run_chatkit, token):
    servers = three(2)
    relay = start_relay("--name", "Front door", servers=servers)
    where = ["--status", f"127.0.0.1:{relay.port}"]
    ann = come(relay, JSONVisitor, "ann").enter()
    done = run_chatkit("relay", *where)
    assert done.returncode == 0 and done.stdout.startswith("Front door  "), done
    for name, server in servers.items():
        assert f"{name}  127.0.0.1:{server.port}" in done.stdout
    table = json.loads(run_chatkit("relay", *where, "--json").stdout)
    assert table["servers"] == relay.table["servers"]
    [host] = [row["name"] for row in table["servers"] if row["in_use"]]
    orders = [("pause", "paused", 1), ("drain", "draining", 0), ("undrain", "up", 0)]
    for order, state, in_use in orders:
        done = run_chatkit("relay", f"--{order}", host, *where, "--relay-token-file", token)
        assert done.returncode == 0, done
        relay.wait_row(host, state=state, in_use=in_use)
    ann.hear("returned", host)
    ann.enter()
    assert relay.ask("POST", "/servers/Server%20A", '{"do":"drain"}').status == 401
    assert relay.order("drain", "Server Z").status == 404
    for body in ('{"do":"dance"}', "{", "", "[]"):
        assert relay.ask("POST", "/servers/Server%20A", body, **BEARER).status == 400, body


def test_health_readiness_and_metrics(start_trusting, start_relay, come, run_chatkit):
    server = start_trusting("Server A", "--capacity", "1")
    relay = start_relay(servers={"Server A": server})
    assert relay.ask("GET", "/healthz").status == relay.ask("GET", "/readyz").status == 200
    come(relay, JSONVisitor, "served").enter()
    waiting = come(relay, JSONVisitor, "waiting")
    waiting.hear("queue", 1, 1)
    metrics = relay.ask("GET", "/metrics").text
    for line in metrics.splitlines():
        assert line.startswith("# ") or line.rsplit(" ", 1)[1].replace(".", "").replace(
            "e-", "").replace("+Inf", "").isdigit(), line
    assert 'chatkit_relay_servers{state="up"} 1' in metrics
    assert "chatkit_relay_slots_used 1" in metrics
    done = run_chatkit("stats", "--url", f"http://127.0.0.1:{relay.port}", "--json")
    assert done.returncode == 0, done
    now = json.loads(done.stdout)["now"]
    assert (now["waiting"], now["serving"]) == (1, 1)
    server.was_killed = True
    server.signal(signal.SIGKILL)
    relay.wait_row("Server A", state="down")
    assert relay.ask("GET", "/healthz").status == 200
    assert relay.ask("GET", "/readyz").status == 503
