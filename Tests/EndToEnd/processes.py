# Child processes: the server, and any other program with pipes. Each is ended by its own pid.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import signal
import subprocess
import threading

from waiting import PATIENCE, eventually

# What a Swift program prints when it traps, or a sanitizer when it has found something.
CRASH_MARKS = ("Fatal error", "Crash", "Illegal instruction", "Segmentation", "Sanitizer")

# The promise: a graceful stop takes no longer.
STOP_SECONDS = 5


class Home:
    """A user's directories, empty at first, and the environment that names them."""

    def __init__(self, path):
        self.path = path
        self.state = path / "state"
        self.config = path / "config"
        for directory in (path, self.state, self.config):
            directory.mkdir(exist_ok=True)

    def environment(self, **changes):
        """The variables for a child; a change to None removes one."""
        variables = {
            "PATH": os.environ["PATH"], "HOME": str(self.path), "LANG": "C.UTF-8",
            "TERM": "xterm-256color", "XDG_STATE_HOME": str(self.state),
            "XDG_CONFIG_HOME": str(self.config), "TZ": "UTC",
        }
        variables.update(changes)
        return {name: value for name, value in variables.items() if value is not None}


class Program:
    """A process with pipes, whose output is collected while it runs."""

    def __init__(self, command, environment, stdout=subprocess.PIPE):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=stdout,
            stderr=subprocess.PIPE, env=environment)
        self._collected = {"stdout": bytearray(), "stderr": bytearray()}
        self._readers = [
            threading.Thread(target=self._collect, args=(name,), daemon=True)
            for name in self._collected if getattr(self.process, name)]
        for reader in self._readers:
            reader.start()

    def _collect(self, name):
        stream = getattr(self.process, name)
        while piece := os.read(stream.fileno(), 65536):
            self._collected[name] += piece

    @property
    def output(self):
        return bytes(self._collected["stdout"]).decode("utf-8", "replace")

    @property
    def errors(self):
        return bytes(self._collected["stderr"]).decode("utf-8", "replace")

    @property
    def lines(self):
        """The complete lines of standard output."""
        return self.output.split("\n")[:-1]

    def write(self, text):
        self.process.stdin.write(text.encode() if isinstance(text, str) else text)
        self.process.stdin.flush()

    def close_input(self):
        self.process.stdin.close()

    def wait_output(self, text):
        """Waits until standard output has `text` in it."""
        eventually(
            f"{text!r} on standard output", lambda: text in self.output,
            look=lambda: self.output + self.errors)

    def wait(self, patience=PATIENCE):
        """The exit status; its output is complete by then."""
        status = self.process.wait(timeout=patience)
        for reader in self._readers:
            reader.join(PATIENCE)
        return status

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        """Ends it, whatever it is doing."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        # They see the end of the pipes now, and must not find them closed under them.
        for reader in self._readers:
            reader.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            try:
                if stream:
                    stream.close()
            except BrokenPipeError:
                pass


class Server(Program):
    """A running `chatkit serve`, its log lines as dictionaries."""

    command = "serve"

    def __init__(
            self, binary, environment, *options, port=0, stdout=subprocess.PIPE, wrapper=()):
        where = () if "--listen" in options else ("--port", port)
        # Set by tests that end it the hard way: then nothing is promised.
        self.was_killed = False
        super().__init__(
            [*wrapper, binary, self.command, *where, "--log-format", "json", *options],
            environment, stdout)
        self.port = self.wait_event("listening")["port"]

    @property
    def log(self):
        lines = self.errors.split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def events(self, name):
        return [entry for entry in self.log if entry["event"] == name]

    def wait_event(self, name):
        """The first log line of that event."""
        def found():
            if not self.events(name) and self.process.poll() is not None:
                raise AssertionError(f"the server has ended: {self.errors}")
            return self.events(name)
        return eventually(f"the log's {name!r}", found, look=lambda: self.errors)[0]

    def stop(self, number=signal.SIGTERM):
        """A graceful stop, held to what is promised of it."""
        if self.process.poll() is None:
            self.signal(number)
        status = self.wait(STOP_SECONDS)
        crashes = [mark for mark in CRASH_MARKS if mark in self.errors]
        assert (status, crashes) == (0, []), self.errors
