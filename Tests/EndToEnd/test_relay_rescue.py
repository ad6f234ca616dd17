# What becomes of clients when their server, or the relay itself, goes: they are told, keep their place,
# and go on; what was acknowledged is safe.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal
import threading

import pytest

from framed import FramedJSONVisitor, FramedPlainVisitor, PageVisitor, frame
from operators import JSONOperator
from pages import PagePeer
from peers import JSONPeer
from restarting import RestartingServer
from visitors import IRCVisitor, JSONVisitor, PlainVisitor, take_in_all
from waiting import eventually

A, B = "Server A", "Server B"
MOVERS = [PlainVisitor, JSONVisitor, FramedPlainVisitor, FramedJSONVisitor]
each_mover = pytest.mark.parametrize("kind", MOVERS, ids=lambda kind: kind.kind)


@pytest.fixture
def pair(start_trusting, start_relay):
    """Two servers and their relay, which sends nobody to the second yet."""
    def start(first, second, *options, **more):
        servers = {A: start_trusting(A, *first, **more), B: start_trusting(B, *second, **more)}
        relay = start_relay(*options, servers=servers)
        relay.order("pause", B)
        return servers[A], servers[B], relay
    return start


def end(way, server, relay):
    """Takes a server away."""
    match way:
        case "kill":
            server.was_killed = True
            server.signal(signal.SIGKILL)
        case "stop":
            server.signal(signal.SIGSTOP)
        case "drain":
            assert relay.order("drain", A).status == 200
        case "terminate":
            server.signal(signal.SIGTERM)


@pytest.mark.parametrize("way", ["kill", "stop", "drain", "terminate"])
def test_whoever_loses_its_server_is_first_in_line_and_goes_on_with_another(
        pair, come, closing, watch, way):
    first, second, relay = pair(("--capacity", "6"), ("--capacity", "4"))
    kinds = [PlainVisitor, JSONVisitor, IRCVisitor, FramedPlainVisitor, FramedJSONVisitor]
    line = [come(relay, kind, f"v{number}").enter() for number, kind in enumerate(kinds)]
    page = closing(PagePeer(relay.port, "websocket", auth={"nick": "page"}))
    page.wait("names", entered=True)
    late = come(relay, PlainVisitor, "late")
    late.hear("queue", 1, 1)
    end(way, first, relay)
    for number in (0, 1, 3, 4):
        line[number].hear("returned", A)
        line[number].hear("queue", number + 1)
        assert line[number].told("bye") == []
    # Who knows no second welcome is told to come again.
    line[2].hear("bye")
    line[2].hear("closed")
    assert "place is kept" in line[2].seen[-1], line[2].seen
    assert page.wait("bye")["code"] == "shutdown"
    eventually("the page's end", lambda: not page.socket.connected)
    line[2] = come(relay, IRCVisitor, "v2")
    line[2].hear("queue", 3)
    relay.order("undrain", B)
    for visitor in line[:4]:
        visitor.enter()
    welcome = [json.loads(text) for text in line[1].seen if '"welcome"' in text]
    assert [event["server"] for event in welcome] == [A, B]
    line[4].hear("queue", 1)
    line[0].say("here we are")
    for visitor in line[1:4]:
        visitor.hear("text", "v0", "here we are")
    relay.wait_row(B, in_use=4, free=0)
    if way == "stop":
        first.signal(signal.SIGCONT)
    elif way == "drain":
        relay.order("undrain", A)
    elif way == "terminate":
        assert first.wait() == 0
    if way in ("kill", "terminate"):
        return
    # It is what it was, and nobody is in it twice.
    line[4].enter()
    late.enter()
    relay.wait_row(A, state="up", in_use=2)
    watch(first).check()


def send_all(visitor, texts, at, then):
    """Says these on a thread, and does something in their midst."""
    def run():
        for number, text in enumerate(texts):
            if number == at:
                then.set()
            say(visitor, text)
    thread = threading.Thread(target=run)
    thread.start()
    return thread


def lobby(server, closing):
    """What was said there, as (nick, text), and that it was said once."""
    reader = closing(JSONPeer(server.port, "reader", replay=0))
    texts, after = [], 0
    while True:
        reader.request("history", room="#lobby", after=after, limit=200)
        page = reader.wait("history")
        texts += [message["text"] for message in page["messages"]]
        if page["complete"]:
            return texts
        after = page["messages"][-1]["seq"]


@each_mover
def test_a_drained_server_loses_nothing_that_is_said_meanwhile(pair, come, closing, kind):
    first, second, relay = pair((), ())
    relay.order("undrain", B)
    relay.order("pause", B)
    ann = come(relay, kind, "ann").enter()
    texts = [f"number {number}" for number in range(300)]
    midst = threading.Event()
    talk = send_all(ann, texts, 150, midst)
    midst.wait()
    relay.order("undrain", B)
    relay.order("drain", A)
    ann.hear("returned", A)
    ann.enter()
    talk.join()
    ann.say("the end")
    ann.hear("text", "ann", "the end")
    said = lobby(first, closing), lobby(second, closing)
    assert said[0] + said[1] == texts + ["the end"], (len(said[0]), said[1][:3])


@each_mover
def test_a_killed_server_has_what_it_acknowledged(
        start_trusting, start_relay, come, closing, home, kind):
    first = RestartingServer(
        lambda *options, **more: start_trusting(A, *options, **more), "--db", home.path / "a.db")
    second = start_trusting(B)
    relay = start_relay(servers={A: first, B: second})
    relay.order("pause", B)
    ann = come(relay, kind, "ann").enter()
    relay.order("undrain", B)
    texts = [f"number {number}" for number in range(300)]
    for text in texts[:50]:
        say(ann, text)
    heard_back(ann, texts[:50])
    midst = threading.Event()
    talk = send_all(ann, texts[50:], 100, midst)
    midst.wait()
    first.kill()
    ann.hear("returned", A)
    ann.enter()
    talk.join()
    say(ann, "the end")
    heard_back(ann, ["the end"])
    first.start()
    said = lobby(first, closing) + lobby(second, closing)
    assert said == [text for text in texts + ["the end"] if text in said]
    # Where nothing is acknowledged, what was just heard may not be saved yet.
    safe = {json.loads(line)["nonce"] for line in ann.seen if '"ack"' in line}
    assert {"the end", *safe} <= set(said)


def say(visitor, text):
    """Says it so that it is acknowledged, where there are acknowledgements."""
    if isinstance(visitor, JSONVisitor):
        visitor.request("message", text=text, nonce=text)
    else:
        visitor.say(text)


def heard_back(visitor, texts):
    """Waits until all of these have come back, and those that can be are acknowledged."""
    def are_back():
        seen = "".join(visitor.seen)
        return all(
            f'"nonce":"{text}"' in seen if isinstance(visitor, JSONVisitor)
            else ("text", visitor.nick, text) in visitor.events for text in texts)
    take_in_all([visitor], are_back)


@pytest.mark.parametrize("way", ["kill", "drain", "terminate"])
def test_join_loses_nothing_and_says_again_what_was_not_acknowledged(
        start_trusting, start_relay, closing, home, start_program, binary, way):
    first = RestartingServer(
        lambda *options, **more: start_trusting(A, *options, **more), "--db", home.path / "a.db")
    second = start_trusting(B)
    relay = start_relay(servers={A: first, B: second})
    relay.order("pause", B)
    join = start_program(
        binary, "join", f"127.0.0.1:{relay.port}", "--json", "--nick", "robot", "--no-history")
    join.wait_output('"welcome"')
    texts = [f"number {number}" for number in range(400)]
    join.write("".join(f"{text}\n" for text in texts[:200]))
    eventually("fifty acks", lambda: join.output.count('"type":"ack"') >= 50)
    relay.order("undrain", B)
    if way == "kill":
        first.kill()
    else:
        end(way, first.process, relay)
    join.write("".join(f"{text}\n" for text in texts[200:]))
    join.close_input()
    assert join.wait() == 0, join.errors
    if way != "drain":
        first.process.wait()
        first.start()
    said = lobby(first, closing), lobby(second, closing)
    assert set(said[0]) | set(said[1]) == set(texts)
    # Twice at no server: the same words may be at both, where an answer was lost.
    assert all(len(part) == len(set(part)) for part in said)
    places = [[texts.index(text) for text in part] for part in said]
    assert places[0] == sorted(places[0])
    # What was under way when the server died is with the relay, and comes before what is said again.
    assert sum(later < earlier for earlier, later in zip(places[1], places[1][1:])) <= 1
    if way == "drain":
        assert said[0] + said[1] == texts


def test_half_a_frame_goes_on_at_the_next_server(pair, come, closing):
    first, second, relay = pair((), ())
    ann = come(relay, FramedPlainVisitor, "ann").enter()
    whole = frame("x".encode() * 300 + b" and so on")
    ann.socket.sendall(frame(b"before") + whole[:100])
    ann.hear("text", "ann", "before")
    relay.order("undrain", B)
    relay.order("drain", A)
    ann.hear("returned", A)
    ann.socket.sendall(whole[100:] + frame(b"after"))
    ann.hear("text", "ann", "x" * 300 + " and so on")
    ann.hear("text", "ann", "after")
    assert lobby(first, closing) == ["before"]


def test_the_next_operator_learns_where_somebody_was_before(
        start_desk, start_relay, come, closing):
    desks = {}
    for name in (A, B):
        desks[name] = start_desk("--name", name, "--trust-proxy", "127.0.0.1")
    relay = start_relay(servers=desks, is_linked=False)
    olga = come(desks[A], JSONOperator, "olga")
    relay.wait_row(A, capacity=1, free=1)
    ann = come(relay, JSONVisitor, "ann")
    room = olga.take("ann")
    olga.say(room, "how can I help?")
    ann.hear("text", "olga", "how can I help?")
    eventually("she is attended", lambda: relay.figures["attended"] == 1)
    otto = come(desks[B], JSONOperator, "otto")
    relay.wait_row(B, capacity=1, free=1)
    desks[A].was_killed = True
    desks[A].signal(signal.SIGKILL)
    ann.hear("returned", A)
    room = otto.take("ann")
    otto.find(lambda event: f"ann was at {A} #visit-1 before" in str(event), "the reference")
    otto.say(room, "where were we?")
    ann.hear("text", "otto", "where were we?")
    # It is one visit, whoever served it.
    figures = relay.figures
    assert (figures["approached"], figures["attended"]) == (1, 1), figures


def test_an_operator_who_goes_leaves_the_visitor_to_another_desk(start_desk, start_relay, come):
    desks = {}
    for name in (A, B):
        desks[name] = start_desk("--name", name, "--trust-proxy", "127.0.0.1")
    relay = start_relay(servers=desks, is_linked=False)
    olga = come(desks[A], JSONOperator, "olga")
    relay.wait_row(A, free=1)
    ann = come(relay, PlainVisitor, "ann")
    olga.say(olga.take("ann"), "hello")
    ann.hear("text", "olga", "hello")
    olga.close()
    ann.hear("returned", A)
    ann.hear("queue", 1, 1)
    otto = come(desks[B], JSONOperator, "otto")
    room = otto.take("ann")
    ann.say("hello again")
    otto.hear_text("ann", "hello again")
    otto.say(room, "good-bye")
    otto.close_conversation(room)
    ann.hear("asked")
    ann.rate(5, "quick")
    ann.hear("rated", 5)
    relay.wait_row(B, free=1)


def test_the_figures_add_up_whatever_dies(start_trusting, start_relay, come, home):
    """What the relay and its servers count is what the test has counted."""
    servers = {
        name: RestartingServer(
            lambda *options, name=name, **more: start_trusting(name, *options, **more),
            "--capacity", "2", "--db", home.path / f"{name}.db") for name in (A, B)}
    relay = RestartingServer(
        lambda *options, **more: start_relay(*options, servers=servers, **more),
        "--db", home.path / "relay.db")
    served = [come(relay, MOVERS[number], f"s{number}").enter() for number in range(4)]
    waiting = [come(relay, JSONVisitor, f"w{number}") for number in range(3)]
    waiting[-1].hear("queue", 3, 3)
    waiting.pop().leave()
    # Two of those who are served lose their server, and are first in line.
    on_a = [visitor for visitor in served if any(A in line for line in visitor.seen)]
    assert len(on_a) == 2
    servers[A].kill()
    for visitor in on_a:
        visitor.hear("returned", A)
    servers[A].start()
    for visitor in on_a:
        visitor.enter()
    for visitor in served:
        visitor.leave()
    for visitor in waiting:
        visitor.enter()

    def figures(**now):
        found = relay.process.figures
        return (found["approached"], found["attended"], found["lost"]["left"]), (
            found["now"]["waiting"], found["now"]["serving"])
    eventually("seven came", lambda: figures() == ((7, 6, 1), (0, 2)), look=figures)
    relay.kill()
    for visitor in waiting:
        visitor.hear("closed")
    relay.start()
    # Who was served when it died was attended all the same.
    eventually("they are counted", lambda: figures() == ((7, 6, 1), (0, 0)), look=figures)
    come(relay, PlainVisitor, "last").enter().leave()
    eventually("eight came", lambda: figures() == ((8, 7, 1), (0, 0)), look=figures)
    for name in (A, B):
        relay.process.wait_row(name, in_use=0, state="up")


# MARK: The relay itself


@pytest.mark.parametrize("way", ["terminate", "kill"])
def test_places_are_kept_while_the_relay_is_started_again(
        start_trusting, start_relay, come, home, way):
    server = start_trusting(A, "--capacity", "1")
    relay = RestartingServer(
        lambda *options, **more: start_relay(*options, servers={A: server}, **more),
        "--db", home.path / "relay.db")
    served = come(relay, JSONVisitor, "served").enter()
    kinds = [JSONVisitor, FramedJSONVisitor, PageVisitor, PlainVisitor]
    line = []
    for number, kind in enumerate(kinds, 1):
        line.append(come(relay, kind, f"w{number}"))
        line[-1].hear("queue", number, number)
    # What is saved now has everything before it.
    eventually("five are saved", lambda: relay.process.figures["now"]["waiting"] == 4)
    if way == "kill":
        relay.crash()
    else:
        relay.restart()
        for visitor in [*line, served]:
            visitor.hear("bye", "shutdown")
    for visitor in [*line, served]:
        visitor.hear("closed")
    fresh = come(relay, PlainVisitor, "fresh").enter()
    back = {}
    for number in (2, 0, 1):
        back[number] = come(
            relay, kinds[number], line[number].nick, ticket=line[number].ticket)
        back[number].hear("queue", number + 1, 4)
    fresh.leave()
    for number in range(3):
        back[number].enter().leave()


def test_much_is_carried_both_ways_and_a_slow_reader_costs_nobody_memory(
        start_trusting, start_relay, come, closing):
    server = start_trusting(A, "--flood", "10000:10000")
    relay = start_relay(servers={A: server})
    slow = [closing(JSONPeer(relay.port, f"slow{number}", receive_buffer=4096))
            for number in range(4)]
    keen = come(relay, PlainVisitor, "keen").enter()
    talker = come(relay, PlainVisitor, "talker").enter()
    many, before, most = 5000, resident(relay), 0
    # Who is to keep up must not be a server's megabyte behind, however slow the machine is.
    for first in range(0, many, 50):
        said = range(first, first + 50)
        thread = threading.Thread(
            target=lambda: [talker.say(f"{number} " + "x" * 4000) for number in said])
        thread.start()
        for reader in (keen, talker):
            most = max(most, read_until(reader, said[-1], lambda: resident(relay)))
        thread.join()
    # Four times twenty megabytes were not read, some of which the kernel keeps.
    assert most - before < 8 << 20, (before, most)
    for one in slow:
        one.close()
    relay.wait_row(A, in_use=2)


def read_until(visitor, number, measure=lambda: 0):
    """Reads up to that message; the most that was measured meanwhile."""
    tail, most = b"", 0
    while b"talker: %d x" % number not in tail:
        piece = visitor.receive()
        assert piece, "the connection ended"
        tail = (tail + piece)[-100_000:]
        most = max(most, measure())
    return most


def resident(program):
    """So many bytes of memory a process has."""
    with open(f"/proc/{program.process.pid}/statm") as facts:
        return int(facts.read().split()[1]) * 4096


@pytest.mark.parametrize("waits", [False, True], ids=["at once", "after a wait"])
def test_whoever_says_much_with_its_first_words_is_heard_to_the_end(
        start_trusting, start_relay, come, waits):
    server = start_trusting(A, "--capacity", "1")
    relay = start_relay(servers={A: server})
    served = come(relay, JSONVisitor, "served").enter()
    if not waits:
        served.leave()
        relay.wait_row(A, free=1)
    ann = come(relay, JSONVisitor, "ann")
    many = 15 if waits else 300
    if waits:
        ann.hear("queue")
    words = [{"type": "message", "text": f"{number} " + "x" * 3000, "nonce": f"n{number}"}
             for number in range(many)]
    ann.send("".join(json.dumps(word) + "\n" for word in words))
    if waits:
        served.leave()
    take_in_all([ann], lambda: any(
        '"ack"' in line and f'"n{many - 1}"' in line for line in ann.seen))
    acks = [json.loads(line) for line in ann.seen if '"ack"' in line]
    assert [ack["nonce"] for ack in acks] == [word["nonce"] for word in words]
