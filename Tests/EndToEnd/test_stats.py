# `chatkit stats` on databases that servers have written, or are writing.
# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import io
import json
import signal
import sqlite3
import subprocess
from datetime import datetime, timedelta

import pytest

from desks import converse
from operators import JSONOperator
from peers import Peer
from terminals import CTRL_C
from visitors import KINDS, JSONVisitor
from waiting import eventually


class Visitor(Peer):
    """Says its nick and listens: with netcat one does no more."""

    def __init__(self, port, nick):
        super().__init__(port)
        self.send(f"{nick}\n")

    def wait(self, text):
        return self.expect(lambda line: line if text in line else None, repr(text))


@pytest.fixture
def database(home):
    return home.path / "visits.db"


@pytest.fixture
def serve_one(start_server, database):
    """A server with one slot and a short queue."""
    return lambda *options, name="Server A": start_server(
        "--db", database, "--name", name, "--capacity", 1, "--max-waiting", 1, *options)


@pytest.fixture
def stats(run_chatkit, database):
    """The report as an object."""
    def ask(*options, **variables):
        done = run_chatkit("stats", "--db", database, "--json", *options, **variables)
        assert (done.returncode, done.stderr) == (0, ""), done
        return json.loads(done.stdout)
    return ask


@pytest.fixture
def served(serve_one, stats, closing):
    """A server that has served one, lost one, turned one away, and serves and keeps one."""
    server = serve_one()
    first = closing(Visitor(server.port, "ann"))
    first.wait("Welcome")
    second = closing(Visitor(server.port, "bob"))
    eventually("bob to wait", lambda: stats()["now"]["waiting"] == 1)
    third = closing(Visitor(server.port, "eve"))
    third.read_to_end()
    first.send("/quit\n")
    first.read_to_end()
    eventually("bob to be served", lambda: [
        client["nick"] for client in stats()["now"]["clients"]] == ["bob"])
    closing(Visitor(server.port, "zoë"))
    eventually("zoë to wait", lambda: stats()["now"]["waiting"] == 1)
    return server, second


def test_everybody_is_accounted_for(served, stats):
    report = stats()
    assert (report["approached"], report["attended"]) == (4, 2)
    assert report["lost"]["total"] == report["lost"]["queue_full"] == 1
    assert report["now"]["running"] is True
    assert (report["now"]["waiting"], report["now"]["serving"]) == (1, 1)
    assert report["wait_ms"]["count"] == 2 and report["handling_ms"]["count"] == 1
    assert report["servers"] == ["Server A"]
    assert report["attended_today"] == report["attended_this_month"] == 2
    assert report["ever"]["approached"] == 4


def test_what_is_shown_to_people(served, run_chatkit, database):
    done = run_chatkit("stats", "--db", database)
    assert done.returncode == 0 and "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Server A") and lines[0].endswith(" UTC (+00:00)")
    assert lines[1].startswith("today, ")
    assert all(len(line) <= 80 for line in lines)
    words = [line.split() for line in lines]
    assert ["approached", "4", "attended", "today", "2"] in words
    assert ["queue_full", "1", "lost", "in", "total", "1"] in words
    assert ["waiting", "now", "1"] in words
    assert "current clients: bob (" in done.stdout


def test_after_the_server_has_ended(served, stats, run_chatkit, database):
    server, _ = served
    server.was_killed = True
    server.signal(signal.SIGKILL)
    server.wait()
    report = stats()
    assert report["now"]["running"] is False
    assert (report["now"]["waiting"], report["now"]["serving"]) == (1, 1)
    shown = run_chatkit("stats", "--db", database).stdout
    assert "no server is running: they were there when it ended" in shown


def test_the_next_server_accounts_for_those_who_were_served(served, serve_one, stats):
    server, _ = served
    server.was_killed = True
    server.signal(signal.SIGKILL)
    server.wait()
    serve_one()
    report = stats()
    # Attended when the server went: it has ended, and was not lost.
    assert (report["attended"], report["now"]["serving"]) == (2, 0)
    assert report["lost"]["server_gone"] == 0
    assert report["now"]["waiting"] == 1


def test_a_server_that_is_writing_is_not_disturbed(serve_one, run_chatkit, database, closing):
    server = serve_one("--max-waiting", 1000)
    for round in range(20):
        peers = [Visitor(server.port, f"n{round}-{number}") for number in range(10)]
        done = run_chatkit("stats", "--db", database, "--month", "--by", "day")
        assert (done.returncode, done.stderr) == (0, "")
        for peer in peers:
            peer.close()
    assert server.events("journal cannot write") == []
    report = json.loads(run_chatkit("stats", "--db", database, "--json").stdout)
    assert report["now"]["running"] is True


def test_a_desk_and_its_ratings(start_desk, come, stats, database):
    server = start_desk("--db", database)
    olga = come(server, JSONOperator, "olga")
    for stars, kind in enumerate(KINDS, 3):
        visitor = come(server, kind, f"v{stars}")
        room = converse(olga, visitor)
        served = eventually("the visit in the database", lambda: stats()["now"]["clients"])
        assert served[0]["host"] == "olga"
        olga.close_conversation(room)
        visitor.hear("asked")
        visitor.rate(stars, "thanks")
        visitor.hear("rated", stars, "olga")
    silent = come(server, JSONVisitor, "silent")
    olga.close_conversation(olga.take("silent"))
    silent.hear("over", "olga")
    report = eventually(
        "the last one to be lost", lambda: (found := stats())["lost"]["total"] and found)
    assert report["lost"]["unanswered"] == 1
    assert (report["approached"], report["attended"]) == (4, 3)
    assert report["rating"] == {"average": 4, "count": 3, "stars": [0, 0, 1, 1, 1]}
    assert report["handling_ms"]["count"] == 3 and report["now"]["serving"] == 0


def test_the_database_of_a_server_is_found_by_its_name(start_server, run_chatkit, closing):
    server = start_server("--name", "Desk / B", "--capacity", 1)
    closing(Visitor(server.port, "ann")).wait("Welcome")

    def found():
        done = run_chatkit("stats", "--server", "Desk / B", "--json")
        return done.returncode == 0 and json.loads(done.stdout)["attended"] == 1
    eventually("the visit", found)
    done = run_chatkit("stats")
    assert done.returncode == 1
    assert done.stderr.startswith("chatkit: cannot open the database: ")
    assert "chatkit.db: no such file or directory\nhint: name the server" in done.stderr


def test_a_name_that_is_not_in_the_file(served, run_chatkit, database):
    done = run_chatkit("stats", "--db", database, "--server", "Server B")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == (
        "chatkit: unknown server: Server B: the database has no records of it\n"
        "hint: it knows Server A\n")


def test_an_empty_database(start_server, run_chatkit, stats, database):
    start_server("--db", database).stop()
    report = stats("--by", "hour")
    assert (report["approached"], report["attended"], report["lost"]["total"]) == (0, 0, 0)
    assert report["wait_ms"] == {"count": 0, "p50": None, "p90": None, "p99": None}
    assert report["rating"] == {"average": None, "count": 0, "stars": [0, 0, 0, 0, 0]}
    shown = run_chatkit("stats", "--db", database)
    assert shown.returncode == 0
    assert "rating           -  of 0 ratings" in shown.stdout


@pytest.mark.parametrize("zone, day, hours, offsets", [
    ("Europe/Berlin", "2026-03-29", 23, {"+01:00", "+02:00"}),
    ("Europe/Berlin", "2026-10-25", 25, {"+01:00", "+02:00"}),
    ("America/New_York", "2026-03-08", 23, {"-05:00", "-04:00"}),
    ("America/New_York", "2026-11-01", 25, {"-05:00", "-04:00"}),
    ("America/New_York", "2026-10-25", 24, {"-04:00"}),
    ("Australia/Lord_Howe", "2026-04-05", 25, {"+11:00", "+10:30"}),
    ("Asia/Kathmandu", "2026-04-05", 24, {"+05:45"}),
])
def test_hours_of_a_day_in_a_zone(start_server, stats, database, zone, day, hours, offsets):
    start_server("--db", database).stop()
    report = stats(f"--day={day}", "--by", "hour", TZ=zone)
    rows = report["rows"]
    assert len(rows) == hours
    assert {row["from"][-6:] for row in rows} == offsets
    assert len({row["from"] for row in rows}) == hours
    assert all(after["from"] == row["to"] for row, after in zip(rows, rows[1:]))
    assert report["from"].startswith(f"{day}T00:00:00.000") and report["zone"]["name"] == zone
    ends = datetime.fromisoformat(report["to"]) - datetime.fromisoformat(report["from"])
    assert ends >= timedelta(hours=23)


def test_a_month_in_a_zone(start_server, stats, database):
    start_server("--db", database).stop()
    report = stats("--month=2028-02", "--by=day", TZ="Europe/Berlin")
    assert len(report["rows"]) == 29
    assert report["from"] == "2028-02-01T00:00:00.000+01:00"
    assert report["to"] == "2028-03-01T00:00:00.000+01:00"


def test_comma_separated_values(served, run_chatkit, database, stats):
    report = stats("--by", "hour")
    done = run_chatkit("stats", "--db", database, "--by", "hour", "--csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == len(report["rows"])
    assert sum(int(row["approached"]) for row in rows) == 4
    assert sum(int(row["lost_queue_full"]) for row in rows) == 1
    assert {row["server"] for row in rows} == {"Server A"}
    assert {row["rating_average"] for row in rows} == {""}


@pytest.mark.parametrize("variables, options, drawn", [
    ({}, [], "█"), ({}, ["--ascii"], "#"), ({"LANG": "C"}, [], "#"),
    ({"LC_ALL": "POSIX"}, [], "#"),
])
def test_bars(served, run_chatkit, database, variables, options, drawn):
    done = run_chatkit("stats", "--db", database, "--plot", *options, **variables)
    assert done.returncode == 0, done
    bars = [line for line in done.stdout.splitlines()[4:] if drawn in line]
    assert bars and all(len(line) <= 80 for line in bars)
    assert ("█" in done.stdout) == (drawn == "█")


def test_colours_are_for_terminals_alone(served, start_terminal, binary, database):
    for changes, colored in [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]:
        terminal = start_terminal(binary, "stats", "--db", database, "--plot", **changes)
        assert terminal.wait_exit() == 0
        assert (b"\x1b[32m" in terminal.raw) == colored
        assert (b"\x1b" in terminal.raw) == colored


def test_watching_on_a_terminal(served, serve_one, start_terminal, binary, database):
    _, bob = served
    terminal = start_terminal(binary, "stats", "--db", database, "--watch=0.2")
    terminal.wait_text("current clients: bob")
    bob.send("/quit\n")
    terminal.wait_text("current clients: zoë")
    assert terminal.lines[0].startswith("Server A")
    terminal.type(CTRL_C)
    assert terminal.wait_exit() == 130


def test_watching_in_a_pipe(served, start_program, binary, database):
    program = start_program(binary, "stats", "--db", database, "--watch=0.1", "--json")
    eventually("three reports", lambda: len(program.lines) >= 3, look=lambda: program.errors)
    assert [json.loads(line)["v"] for line in program.lines[:3]] == [1, 1, 1]
    program.signal(signal.SIGINT)
    assert program.wait() == 130
    assert program.errors == ""


def test_a_header_is_printed_once(served, start_program, binary, database):
    program = start_program(binary, "stats", "--db", database, "--watch=0.1", "--csv")
    eventually("three records", lambda: len(program.lines) >= 4, look=lambda: program.errors)
    assert [line.startswith("from,to,") for line in program.lines[:3]] == [True, False, False]
    program.signal(signal.SIGINT)
    assert program.wait() == 130


def test_a_reader_that_went_away_is_no_failure(served, binary, home, database):
    for options in (["--json"], ["--watch=0.1"]):
        child = subprocess.Popen(
            [binary, "stats", "--db", str(database), *options], env=home.environment(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        child.stdout.close()
        assert (child.wait(30), child.stderr.read()) == (0, b"")
        child.stderr.close()


@pytest.mark.parametrize("options, status, complaint", [
    (["--month=2026-13"], 64, "bad value for --month: 2026-13: not a month"),
    (["--day=2026-02-30"], 64, "bad value for --day: 2026-02-30: there is no such day"),
    (["--since", "1h", "--until", "2h"], 64, "bad period: the start is after the end"),
    (["--since", "3"], 64, "bad value for --since: 3: not a time, date or duration"),
    (["--json", "--plot"], 64, "conflicting options: --json, --plot"),
    (["--by", "hour", "--since", "900w"], 64, "too many rows: more than 10000 hours"),
    (["--month", "2026-11"], 64, "unexpected argument: 2026-11: "),
])
def test_what_cannot_be_asked(served, run_chatkit, database, options, status, complaint):
    done = run_chatkit("stats", "--db", database, *options)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"chatkit: {complaint}")
    assert "\nhint: " in done.stderr


def change(path, sql):
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


def test_what_is_no_database_of_ours(start_server, run_chatkit, home, database):
    start_server("--db", database).stop()
    change(database, "PRAGMA user_version = 99")
    other = home.path / "other.db"
    change(other, "CREATE TABLE bookmarks (url TEXT)")
    text = home.path / "text.db"
    text.write_text("not a database\n" * 100)
    for path, status, why in [
            (database, 65, "a newer chatkit wrote it (schema 99"),
            (other, 65, "it belongs to another program"), (text, 65, "it is not a database"),
            (home.path / "missing.db", 1, "no such file or directory"),
            (home.path, 1, "it is not a file")]:
        done = run_chatkit("stats", "--db", path)
        assert (done.returncode, done.stdout) == (status, ""), done
        assert done.stderr.startswith(f"chatkit: cannot open the database: {path}: {why}")
        assert "\nhint: " in done.stderr


def test_watching_ends_with_the_database(served, start_program, binary, database):
    server, _ = served
    program = start_program(binary, "stats", "--db", database, "--watch=0.1", "--json")
    eventually("a report", lambda: program.lines, look=lambda: program.errors)
    server.stop()
    database.unlink()
    assert program.wait() == 1
    assert "no such file or directory" in program.errors
