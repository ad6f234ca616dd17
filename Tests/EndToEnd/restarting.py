# A server that is ended, gently or not, and started again on its port with its database.
# SPDX-License-Identifier: GPL-3.0-or-later
import signal


class RestartingServer:
    """One server over several processes."""

    def __init__(self, start_server, *options):
        self._start = start_server
        self._options = options
        self.process = start_server(*options)
        self.port = self.process.port

    def start(self):
        self.process = self._start(*self._options, port=self.port)

    def kill(self):
        """Ends it as a crash would: nothing is said, flushed or closed."""
        self.process.was_killed = True
        self.process.signal(signal.SIGKILL)
        self.process.process.wait()

    def crash(self):
        self.kill()
        self.start()

    def restart(self):
        self.process.stop()
        self.start()
