# `chatkit stats --url`: the same figures from a running server as from its database.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import signal
import socket
import threading

import pytest

from terminals import CTRL_C
from test_stats import Visitor
from waiting import eventually


@pytest.fixture
def database(home):
    return home.path / "visits.db"


@pytest.fixture
def server(start_server, database, closing):
    """It has served one, turned one away, and serves and keeps one."""
    server = start_server(
        "--db", database, "--name", "Server A", "--capacity", 1, "--max-waiting", 1)
    first = closing(Visitor(server.port, "ann"))
    first.wait("Welcome")
    closing(Visitor(server.port, "bob")).wait("1 of 1")
    closing(Visitor(server.port, "eve")).read_to_end()
    first.send("/quit\n")
    first.read_to_end()
    return server


@pytest.fixture
def ask(server, run_chatkit, database):
    """What `stats` prints with the database, and with the address."""
    def both(*options, **variables):
        ways = [["--db", database], ["--url", f"http://127.0.0.1:{server.port}"]]
        return [run_chatkit("stats", *way, *options, **variables) for way in ways]

    def served():
        found = [json.loads(done.stdout) for done in both("--json")]
        return all(report["attended"] == 2 for report in found)
    eventually("bob to be served", served)
    return both


@pytest.mark.parametrize("options", [
    [], ["--day"], ["--day=yesterday"], ["--month"], ["--month=last"], ["--month=2026-02"],
    ["--day=2028-02-29"], ["--since", "2h"], ["--since", "2026-11-01", "--by", "day"],
    ["--until", "2020-01-01"], ["--since", "2020-01-01T00:00:00Z", "--until", "1m"],
    ["--by", "hour"], ["--month", "--by", "day"], ["--by", "server"], ["--server", "Server A"],
])
def test_the_same_figures_both_ways(ask, options):
    # The clock moves on between two questions, and with it what is so long ago, and now.
    moving = {"at", "from", "to"} if {"--since", "--until"} & set(options) else {"at"}

    def same():
        reports = []
        for done in ask(*options, "--json"):
            assert (done.returncode, done.stderr) == (0, "")
            reports.append(json.loads(done.stdout))
        for report in reports:
            for name in moving | {"at"}:
                del report[name]
            for row in report.get("rows", []):
                del row["to"]
        return reports[0] == reports[1]
    eventually("the same report both ways", same)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_the_same_for_people(ask, zone):
    for options in ([], ["--by", "hour"], ["--plot"], ["--month", "--plot"], ["--csv"]):
        by_file, by_url = ask(*options)
        assert by_url.returncode == 0 and by_url.stderr == ""

        def words(done):
            # The first line has the time in it.
            return [line.split("(")[0] for line in done.stdout.splitlines()[1:]]
        assert words(by_file) == words(by_url)
    # Days are those of the server, whose zone is printed.
    _, elsewhere = ask(TZ=zone)
    assert elsewhere.stdout.splitlines()[0].endswith(" UTC (+00:00)")
    assert "today, " in elsewhere.stdout.splitlines()[1]


def test_watching(ask, server, start_program, start_terminal, binary):
    url = f"http://127.0.0.1:{server.port}"
    program = start_program(binary, "stats", "--url", url, "--watch=0.1", "--json")
    eventually("three reports", lambda: len(program.lines) >= 3, look=lambda: program.errors)
    program.signal(signal.SIGINT)
    assert program.wait() == 130 and program.errors == ""
    terminal = start_terminal(binary, "stats", "--url", url, "--watch=0.1")
    terminal.wait_text("current clients: bob")
    terminal.type(CTRL_C)
    assert terminal.wait_exit() == 130


def test_watching_ends_with_the_server(server, start_program, binary):
    program = start_program(
        binary, "stats", "--url", f"http://127.0.0.1:{server.port}", "--watch=0.1", "--json")
    eventually("a report", lambda: program.lines, look=lambda: program.errors)
    server.stop()
    assert program.wait() == 69
    assert program.errors.startswith("chatkit: ")


def test_nobody_is_there(run_chatkit):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = run_chatkit("stats", "--url", f"http://127.0.0.1:{port}")
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == (
        f"chatkit: cannot connect: http://127.0.0.1:{port}: connection refused\n"
        "hint: is a server running there? chatkit serve starts one\n")


@pytest.mark.parametrize("options, status, complaint", [
    (["--server", "Server B"], 64, "unknown server: Server B: there is no server Server B"),
    (["--by", "hour", "--since", "900w"], 64, "too many rows: "),
    (["--since", "1h", "--until", "2h"], 64, "bad period: the start is after the end"),
    (["--db", "x.db"], 64, "conflicting options: --db, --url: both select the source"),
])
def test_what_cannot_be_asked(server, run_chatkit, options, status, complaint):
    done = run_chatkit("stats", "--url", f"http://127.0.0.1:{server.port}", *options)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(f"chatkit: {complaint}")


def test_a_server_that_keeps_nothing_on_disk(start_server, run_chatkit):
    server = start_server("--db", ":memory:")
    done = run_chatkit("stats", "--url", f"http://127.0.0.1:{server.port}", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["now"]["running"] is True


@pytest.fixture
def answering(closing):
    """A server that answers each connection with the same bytes, and closes it."""
    def start(answer):
        listener = closing(socket.create_server(("127.0.0.1", 0)))

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    while b"\r\n\r\n" not in connection.recv(65536):
                        pass
                    connection.sendall(answer)
        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"
    return start


def answer(status, body):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


REFUSED = '{"error":{"code":"no_token","message":"show \\u001b[31m it"}}'


@pytest.mark.parametrize("bytes, status, complaint", [
    (answer("200 OK", "{}"), 65, "no report: URL: unexpected answer"),
    (answer("404 Not Found", "no"), 65, "no report: URL: the answer has the status 404"),
    (answer("502 Bad Gateway", ""), 75, "no report: URL: the answer has the status 502"),
    (answer("401 Unauthorized", REFUSED), 77, "not allowed: URL: show "),
    (b"220 mail.example.org ESMTP\r\n", 65, "no report: URL: the answer is no http"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", 69, "no answer: URL: the connection ended"),
    (b"", 69, "no answer: URL: the connection ended"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", 65,
     "no report: URL: the answer is too long"),
])
def test_who_is_no_chatkit(answering, run_chatkit, bytes, status, complaint):
    url = answering(bytes)
    done = run_chatkit("stats", "--url", url)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith("chatkit: " + complaint.replace("URL", url))
    assert "\x1b" not in done.stderr
