# The figures of `chatkit stats` are those of what has happened: over clean stops and crashes, with
# a server that writes at the same time, and with several servers.
# SPDX-License-Identifier: GPL-3.0-or-later
import threading

import pytest

from desks import figures, settle
from operators import JSONOperator
from restarting import RestartingServer
from visitors import KINDS, JSONVisitor, PlainVisitor, take_in_all
from waiting import eventually


def parts(report):
    """What is counted once and for all, in one span of a report."""
    return {
        "approached": report["approached"], "attended": report["attended"],
        "lost": {
            reason: count for reason, count in report["lost"].items()
            if count and reason != "total"},
        "stars": report["rating"]["stars"]}


def wait_figures(run_chatkit, database, expected, *options):
    """Waits until the figures are these: what has just happened may not be written yet."""
    def told():
        return parts(figures(run_chatkit, database, *options)["ever"])
    eventually(f"the figures {expected}", lambda: told() == expected, look=told)


@pytest.mark.parametrize("way", ["restart", "crash"])
def test_a_desks_figures_go_on_over_many_lives(start_desk, home, come, run_chatkit, way):
    database = home.path / "desk.db"
    server = RestartingServer(start_desk, "--db", database)
    approached = attended = 0
    lost = {"left": 0, "unanswered": 0, "server_gone": 0}
    stars = [0] * 5
    for life in range(5):
        olga = come(server, JSONOperator, f"olga-{life}")
        # The screen goes on where it was.
        screen = olga.hear("desk")
        total = (screen["approached"], screen["lost"], screen["rating_count"])
        assert total == (approached, sum(lost.values()), sum(stars))
        for number, kind in enumerate(KINDS):
            visitor = come(server, kind, f"v{number}")
            room = olga.take(visitor.nick)
            olga.say(room, "hello")
            olga.close_conversation(room)
            visitor.hear("asked")
            visitor.say(str(1 + life))
            visitor.hear("bye", "ended")
            stars[life] += 1
        gone = come(server, KINDS[life % 3], "gone")
        room = olga.take("gone")
        gone.leave()
        olga.wait_end(room)
        unanswered = come(server, KINDS[life % 3], "unanswered")
        olga.close_conversation(olga.take("unanswered"))
        unanswered.hear("bye", "ended")
        # Its server ends under it: before the operator has spoken, or afterwards.
        cut = come(server, KINDS[life % 3], "cut")
        room = olga.take("cut")
        if life % 2:
            olga.say(room, "hello")
        settle(olga)
        approached, attended = approached + 6, attended + 3 + life % 2
        lost["left"] += 1
        lost["unanswered"] += 1
        lost["server_gone"] += 1 - life % 2
        getattr(server, way)()
        cut.close()
        wait_figures(run_chatkit, database, {
            "approached": approached, "attended": attended, "stars": stars,
            "lost": {reason: count for reason, count in lost.items() if count}})
    report = figures(run_chatkit, database)
    assert report["now"] == {"running": True, "waiting": 0, "serving": 0, "clients": []}
    server.process.stop()
    assert figures(run_chatkit, database)["now"]["running"] is False


@pytest.mark.parametrize("way", ["restart", "crash"])
def test_a_rooms_figures_go_on_over_many_lives(start_server, home, come, run_chatkit, way):
    """Without a desk, whoever is given a slot is attended."""
    database = home.path / "room.db"
    server = RestartingServer(
        start_server, "--capacity", "2", "--max-waiting", "1", "--db", database)
    expected = {"approached": 0, "attended": 0, "lost": {}, "stars": [0] * 5}
    for life in range(4):
        watcher = come(server, JSONVisitor, "watcher").enter()
        other = come(server, PlainVisitor, "other").enter()
        waiting = come(server, KINDS[life % 3], "waiting")
        waiting.hear("queue", 1, 1)
        refused = come(server, KINDS[life % 3], "refused")
        refused.hear("bye", "queue_full")
        other.rate(1 + life)
        other.hear("rated", 1 + life)
        other.leave()
        waiting.enter()
        left = come(server, JSONVisitor, "left")
        left.hear("queue", 1, 1)
        left.leave()
        left.hear("closed")
        watcher.request("message", text="saved?", nonce="saved")
        take_in_all([watcher], lambda: any('"ack"' in line for line in watcher.seen))
        getattr(server, way)()
        expected["approached"] += 5
        expected["attended"] += 3
        for reason in ("left", "queue_full"):
            expected["lost"][reason] = expected["lost"].get(reason, 0) + 1
        expected["stars"][life] += 1
        wait_figures(run_chatkit, database, expected)
    report = figures(run_chatkit, database)
    assert report["now"]["waiting"] == report["now"]["serving"] == 0
    # What a crash has cut short was not measured.
    assert report["handling_ms"]["count"] == (12 if way == "restart" else 4)
    assert report["wait_ms"]["count"] == 12


def test_a_server_that_is_read_is_not_kept_waiting_and_every_report_is_of_one_moment(
        start_desk, home, come, run_chatkit):
    database = home.path / "desk.db"
    server = start_desk("--db", database, "--capacity", "4")
    reports, must_stop = [], threading.Event()

    def read():
        while not must_stop.is_set():
            # `figures` holds each against itself.
            reports.append(figures(run_chatkit, database)["ever"])

    readers = [threading.Thread(target=read, daemon=True) for _ in range(2)]
    for reader in readers:
        reader.start()
    olga = come(server, JSONOperator, "olga")
    stars = [0] * 5
    for number in range(100):
        visitor = come(server, KINDS[number % 3], f"v{number}")
        room = olga.take(visitor.nick)
        olga.say(room, "hello")
        visitor.hear("turn", "olga")
        visitor.hear("text", "olga", "hello")
        visitor.rate(1 + number % 5)
        visitor.hear("rated", 1 + number % 5)
        visitor.leave()
        stars[number % 5] += 1
        assert olga.wait_end(room) == "left"
    must_stop.set()
    for reader in readers:
        reader.join()
    wait_figures(run_chatkit, database, {
        "approached": 100, "attended": 100, "lost": {}, "stars": stars})
    assert len(reports) > 2
    for name in ("approached", "attended"):
        assert all(0 <= report[name] <= 100 for report in reports)
    assert all(report["attended"] - report["approached"] in (0, -1) for report in reports)


def test_two_servers_count_in_their_own_databases(start_server, home, come, run_chatkit):
    paths = [home.path / f"{name}.db" for name in ("a", "b")]
    servers = [
        start_server("--capacity", "10", "--name", f"Server {name}", "--db", path)
        for name, path in zip("AB", paths)]
    for server, count in zip(servers, (2, 5)):
        for number in range(count):
            come(server, KINDS[number % 3], f"v{number}").enter()
    for name, path, count in zip("AB", paths, (2, 5)):
        wait_figures(run_chatkit, path, {
            "approached": count, "attended": count, "lost": {}, "stars": [0] * 5})
        report = figures(run_chatkit, path)
        assert report["servers"] == [f"Server {name}"]
        assert report["now"]["serving"] == len(report["now"]["clients"]) == count


def test_one_database_tells_its_servers_apart(start_server, home, come, run_chatkit):
    """It was used by one after the other."""
    database = home.path / "both.db"
    for name, count in (("Server A", 1), ("Server B", 3), ("Server A", 2)):
        server = start_server("--capacity", "10", "--name", name, "--db", database)
        for number in range(count):
            come(server, KINDS[number % 3], f"v{number}").enter()
        server.stop()
    total = figures(run_chatkit, database, "--by", "server")
    assert total["approached"] == 6 and total["servers"] == ["Server A", "Server B"]
    rows = {row["server"]: row["approached"] for row in total["rows"]}
    assert rows == {"Server A": 3, "Server B": 3}
    one = figures(run_chatkit, database, "--server", "Server B")
    assert (one["approached"], one["servers"]) == (3, ["Server B"])
    done = run_chatkit("stats", "--db", database, "--server", "Server C")
    assert done.returncode == 64 and "Server A, Server B" in done.stderr
