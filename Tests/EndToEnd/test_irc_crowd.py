# One conversation with every IRC client that Debian or PyPI has and that nobody here wrote: a table of
# clients, and of the steps that each of them goes through.
# SPDX-License-Identifier: GPL-3.0-or-later
import pytest

from irc_crowd import CROWD
from peers import JSONPeer, PlainPeer
from restarting import RestartingServer


@pytest.mark.parametrize("kind", CROWD, ids=lambda kind: kind.name)
def test_a_client_has_a_whole_conversation(
        kind, start_server, home, start_program, start_terminal, closing):
    server = RestartingServer(start_server, "--db", home.path / "crowd.db")
    nina = closing(PlainPeer(server.port, "nina"))
    client = kind(home, server.port, "kit", start_program, start_terminal)
    nina.wait("kit joined")
    client.saw("#lobby")

    # The room, both ways.
    client.say("#lobby", "good morning")
    nina.wait("kit: good morning")
    nina.say("grüße, 日本")
    client.saw("nina", "grüße, 日本")

    # In private.
    nina.say("/msg kit psst")
    client.saw("nina", "psst")
    client.say("nina", "hush")
    nina.wait("[private] kit: hush")

    # Who came by netcat has no real name, and yet is somebody.
    client.whois("nina")
    client.saw("nina", "~plain")

    # Another name.
    client.rename("kitty")
    nina.wait("kit is now called kitty")
    nina.say("/msg kitty is it you?")
    client.saw("nina", "is it you?")

    # The server dies at once and comes back; so does the client.
    jay = closing(JSONPeer(server.port, "jay"))
    jay.request("message", room="#lobby", text="kept words", nonce="k")
    jay.wait("ack", nonce="k")
    client.saw("kept words")
    server.crash()
    again = closing(PlainPeer(server.port, "ned"))
    client.come_back()
    returned = again.wait(" joined").split()[0]
    assert returned in ("kit", "kitty")
    again.say("here we are again")
    client.saw("ned", "here we are again")
    client.say("#lobby", "so we are")
    again.wait(f"{returned}: so we are")

    # What was said before, asked for.
    before = client.record().count("kept words")
    client.raw("CHATHISTORY LATEST #lobby * 10")
    client.saw_more("kept words", before)
