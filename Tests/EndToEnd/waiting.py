# How the tests wait: for a condition, with a deadline far beyond what a busy machine needs. Nothing
# is ever proved by sleeping.
# SPDX-License-Identifier: GPL-3.0-or-later
import time

# Seconds until something that should happen at once is given up.
PATIENCE = 30.0


def eventually(what, condition, patience=PATIENCE, look=None):
    """Waits until condition() is true and returns its value; `look` tells what there was."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            seen = f"; there was: {look()!r}" if look else ""
            raise AssertionError(f"it never happened: {what}{seen}")
        time.sleep(0.01)
