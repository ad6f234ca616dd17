# A program on a pseudo-terminal, and what a person would see on the screen that pyte draws.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import select

import pexpect
import pyte

from waiting import PATIENCE, eventually

CTRL_A, CTRL_C, CTRL_D, TAB, RETURN, BACKSPACE = "\x01", "\x03", "\x04", "\t", "\r", "\x7f"
LEFT, UP = "\x1b[D", "\x1b[A"
PASTE_BEGIN, PASTE_END = "\x1b[200~", "\x1b[201~"


class TerminalProgram:
    """A child whose output is drawn on a screen as it comes."""

    def __init__(self, command, environment, rows, columns):
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            command[0], command[1:], env=environment, dimensions=(rows, columns), timeout=PATIENCE)
        # Keys are sent as fast as they come; nothing here depends on the pause.
        self.child.delaybeforesend = None
        self.has_ended = False

    def draw(self):
        """Draws what has arrived."""
        while not self.has_ended and select.select([self.child.child_fd], [], [], 0)[0]:
            try:
                piece = os.read(self.child.child_fd, 65536)
            except OSError:
                # EIO: nobody has the terminal open any more, and all that was written is read.
                self.has_ended = True
                return
            self.raw += piece
            self._stream.feed(piece)

    @property
    def lines(self):
        """The screen's lines, blanks at their ends removed, and no empty ones at its end."""
        self.draw()
        lines = [line.rstrip() for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def last_line(self):
        return self.lines[-1] if self.lines else ""

    def type(self, keys):
        self.child.send(keys)

    def wait(self, what, condition):
        return eventually(what, condition, look=lambda: self.lines)

    def wait_text(self, text):
        """Waits until `text` stands somewhere on the screen."""
        self.wait(f"{text!r} on the screen", lambda: text in self.text)

    def wait_line(self, text):
        """Waits until the last line is `text`: the prompt, and what is typed behind it."""
        self.wait(f"{text!r} on the last line", lambda: self.last_line == text.rstrip())

    def wait_cursor(self, column):
        self.wait(f"the cursor in column {column}", lambda: self.column == column)

    @property
    def column(self):
        self.draw()
        return self.screen.cursor.x

    def resize(self, rows, columns):
        """Another size, for the screen and the program, which is sent SIGWINCH."""
        self.draw()
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)

    def cells(self, text):
        """The cells in which `text` stands, on the first line that has it."""
        for row, line in enumerate(self.screen.display):
            if text in line:
                start = line.index(text)
                return [self.screen.buffer[row][start + i] for i in range(len(text))]
        raise AssertionError(f"{text!r} is not on the screen: {self.lines}")

    def wait_exit(self):
        """The exit status, when the program has ended by itself and all is drawn."""
        def ended():
            self.draw()
            return self.has_ended
        eventually("the program's end", ended, look=lambda: self.lines)
        self.child.wait()
        assert self.child.signalstatus is None, f"killed by signal {self.child.signalstatus}"
        return self.child.exitstatus

    def signal(self, number):
        self.child.kill(number)

    def end(self):
        self.child.close(force=True)
