#!/usr/bin/env bash
# websockets 17.4 (PyPI): the documented reconnecting loop, `async for websocket in connect(...)`, waits longer and
# longer after a handshake that failed, but not at all after one that succeeded. A server that says "try
# again later" in WebSocket's own words (101, then Close 1013) is asked again at once, without an end; one that
# says 503 is left in peace for a while.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check websockets==17.4
"$folder/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep '^websockets '
cat > "$folder/try.py" <<'PYTHON'
import asyncio, http, logging, sys
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

logging.disable(logging.CRITICAL)

async def tries(**how):
    """How often a client comes in two seconds, thirty times at the most."""
    count, enough = 0, asyncio.Event()

    def came():
        nonlocal count
        count += 1
        if count >= 30:
            enough.set()

    async def later(websocket):
        came()
        await websocket.close(1013, "try again later")

    def unavailable(connection, request):
        came()
        return connection.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "later\n")

    async def client(port):
        async for websocket in connect(f"ws://127.0.0.1:{port}/"):
            try:
                await websocket.recv()
            except ConnectionClosed:
                continue

    refuse = {"process_request": unavailable} if how["by"] == "503" else {}
    async with serve(later, "127.0.0.1", 0, **refuse) as server:
        task = asyncio.create_task(client(server.sockets[0].getsockname()[1]))
        try:
            await asyncio.wait_for(enough.wait(), 2)
        except asyncio.TimeoutError:
            pass
        task.cancel()
    return count

async def main():
    closed, refused = await tries(by="1013"), await tries(by="503")
    print(f"behaviour: in two seconds, Close 1013 is answered by {closed} connections (30 were waited for),",
          f"503 by {refused}")
    sys.exit(0 if closed >= 30 and refused < 30 else 1)

asyncio.run(main())
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
