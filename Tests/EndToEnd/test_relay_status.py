# `chatkit relay --status` and the orders, with a server that answers as a relay does.
# SPDX-License-Identifier: GPL-3.0-or-later
import http.server
import json
import signal
import socket
import threading
import urllib.parse

import pytest

from terminals import CTRL_C
from waiting import eventually

TOKEN = "s3cret"


class FakeRelay:
    """Has two servers; orders with the token change their state."""

    def __init__(self):
        self.rows = [self.row("Server A", 1, 1, "up", "a slot"), self.row("Bür/o", None, 7, "down")]
        self.orders = []
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def fail(self, status, code):
                self.answer(status, {"error": {"code": code, "message": f"it is {code}"}})

            def do_GET(self):
                if self.path != "/servers":
                    return self.fail(404, "not_found")
                self.answer(200, relay.table())

            def do_POST(self):
                if self.headers["Authorization"] != f"Bearer {TOKEN}":
                    return self.fail(401, "bad_token")
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                name = urllib.parse.unquote(self.path.removeprefix("/servers/"))
                relay.orders.append((name, body))
                for row in relay.rows:
                    if row["name"] == name:
                        states = {"drain": "draining", "undrain": "up", "pause": "paused"}
                        row["state"] = states[body["do"]]
                        return self.answer(200, row)
                self.fail(404, "no_such_server")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def row(name, capacity, in_use, state, waiting_for=""):
        free = None if capacity is None else capacity - in_use
        return {
            "name": name, "address": "127.0.0.1:12000", "capacity": capacity, "in_use": in_use,
            "free": free, "state": state, "since": "2026-11-21T09:00:00.000Z",
            "waiting_for": waiting_for}

    def table(self):
        return {
            "relay": "Front door", "id": "r1", "at": "2026-11-21T10:30:12.000Z", "waiting": 3,
            "oldest_wait_s": 12.5, "servers": self.rows}

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def relay(closing):
    return closing(FakeRelay())


@pytest.fixture
def token(home):
    path = home.path / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


def test_the_table_for_people(relay, run_chatkit):
    done = run_chatkit("relay", "--status", relay.address)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "Front door  2026-11-21 10:30:12 UTC (+00:00)",
        "3 waiting, the first for 0:12",
        "",
        "  server    address          state  in use  free  since  waiting for",
        "  Server A  127.0.0.1:12000  up     1 of 1  0     09:00  a slot",
        "  Bür/o     127.0.0.1:12000  down   7       any   09:00",
    ]


def test_the_table_for_programs(relay, run_chatkit):
    done = run_chatkit("relay", "--status", relay.address, "--json")
    assert done.returncode == 0 and json.loads(done.stdout) == relay.table()


def test_colours_are_for_terminals_alone(relay, start_terminal, binary):
    for changes, colored in [({}, True), ({"NO_COLOR": "1"}, False)]:
        terminal = start_terminal(binary, "relay", "--status", relay.address, **changes)
        assert terminal.wait_exit() == 0
        assert (b"\x1b[32m" in terminal.raw) == colored
        assert (b"\x1b" in terminal.raw) == colored


def test_watching(relay, start_terminal, start_program, binary):
    terminal = start_terminal(binary, "relay", "--status", relay.address, "--watch=0.1")
    terminal.wait_text("up")
    relay.rows[0]["state"] = "paused"
    terminal.wait_text("paused")
    assert terminal.lines[0].startswith("Front door")
    terminal.type(CTRL_C)
    assert terminal.wait_exit() == 130
    program = start_program(
        binary, "relay", "--status", relay.address, "--watch=0.1", "--json")
    eventually("three tables", lambda: len(program.lines) >= 3, look=lambda: program.errors)
    program.signal(signal.SIGINT)
    assert program.wait() == 130 and program.errors == ""


@pytest.mark.parametrize("order, state", [
    ("drain", "draining"), ("undrain", "up"), ("pause", "paused")])
def test_orders(relay, run_chatkit, token, order, state):
    done = run_chatkit(
        "relay", f"--{order}", "Bür/o", "--status", relay.address, "--relay-token-file", token)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Bür/o: {state}, 7 in use\n"
    assert relay.orders == [("Bür/o", {"do": order})]
    done = run_chatkit(
        "relay", f"--{order}", "Server A", "--status", relay.address, "--relay-token-file", token,
        "--json")
    assert json.loads(done.stdout) == relay.rows[0]


def test_refused_orders(relay, run_chatkit, token):
    where = ["--status", relay.address, "--relay-token-file", token]
    done = run_chatkit("relay", "--drain", "Server Z", *where)
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == (
        "chatkit: unknown server: Server Z: it is no_such_server\n"
        f"hint: chatkit relay --status {relay.address} lists them\n")
    token.write_text("another\n")
    done = run_chatkit("relay", "--drain", "Server A", *where)
    assert (done.returncode, done.stdout) == (77, "")
    assert done.stderr == f"chatkit: not allowed: http://{relay.address}: it is bad_token\n"
    token.chmod(0o644)
    assert run_chatkit("relay", "--drain", "Server A", *where).returncode == 77
    assert len(relay.orders) == 1


def test_nobody_is_there(run_chatkit):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    done = run_chatkit("relay", "--status", address)
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith(f"chatkit: cannot connect: http://{address}: connection refused")


def test_a_server_is_no_relay(server, run_chatkit):
    done = run_chatkit("relay", "--status", f"127.0.0.1:{server.port}")
    assert (done.returncode, done.stdout) == (65, "")
    assert done.stderr.startswith("chatkit: no table: ")
