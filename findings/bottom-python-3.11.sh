#!/usr/bin/env bash
# bottom 2.2.0 (PyPI): it says that it needs Python 3.8 or later and installs under 3.11, where its client
# cannot connect: it passes asyncio.Event an argument that Python 3.10 took away.
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check bottom==2.2.0
"$folder/venv/bin/python" --version
"$folder/venv/bin/pip" list --disable-pip-version-check 2>/dev/null | grep '^bottom '
cat > "$folder/try.py" <<'PYTHON'
import asyncio, sys
import bottom

async def main():
    server = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    client = bottom.Client("127.0.0.1", server.sockets[0].getsockname()[1], ssl=False)
    await client.connect()

try:
    asyncio.run(main())
except TypeError as error:
    print("behaviour: connecting raises TypeError:", error)
    sys.exit(0)
print("behaviour: it connects")
sys.exit(1)
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
