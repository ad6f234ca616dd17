# IRC clients that others wrote, as they are used: irssi on a terminal, ii with its files.
# SPDX-License-Identifier: GPL-3.0-or-later
from terminals import RETURN


def test_ii_talks_and_listens(ii, plain):
    alice = plain("alice")
    ida = ii("ida")
    alice.wait("ida joined")
    ida.write("hello from a file", "#lobby")
    alice.wait("ida: hello from a file")
    alice.say("hello file")
    ida.wait("<alice> hello file", "#lobby")
    alice.say("/msg ida psst")
    ida.wait("<alice> psst", "alice")
    alice.say("/join ops")
    alice.wait("in #ops: alice")
    ida.write("/j #ops")
    alice.wait("[#ops] ida joined")
    ida.write("in ops", "#ops")
    alice.wait("[#ops] ida: in ops")


def test_irssi_is_comfortable(irssi, plain):
    alice = plain("alice")
    irma = irssi("irma")
    alice.wait("irma joined")
    irma.type(f"hello from irssi{RETURN}")
    alice.wait("irma: hello from irssi")
    alice.say("grüße, 日本")
    irma.wait_text("< alice> grüße, 日本")
    irma.type(f"/me waves{RETURN}")
    alice.wait("* irma waves")
    alice.say("/me bows")
    irma.wait_text("* alice bows")
    irma.type(f"/topic tea at four{RETURN}")
    alice.wait("irma changed the topic to: tea at four")
    irma.type(f"/nick irmgard{RETURN}")
    alice.wait("irma is now called irmgard")
    irma.wait_text("You're now known as irmgard")
    irma.type(f"/names{RETURN}")
    irma.wait_text("2 nicks")
    irma.type(f"/whois alice{RETURN}/window 1{RETURN}")
    irma.wait_text("End of WHOIS")
    irma.wait_text("alice [~plain@plain.chatkit]")
    irma.type(f"/quit so long{RETURN}")
    alice.wait("irmgard left (so long)")
    assert irma.wait_exit() == 0


def test_irssi_comes_to_a_room_and_leaves_it(irssi, irc):
    ida = irc("ida")
    irma = irssi("irma")
    irma.type(f"/join #ops{RETURN}")
    irma.wait("the window of #ops", lambda: irma.last_line.startswith("[#ops]"))
    ida.send("JOIN #ops\r\n")
    ida.wait("366")
    irma.type(f"first{RETURN}")
    ida.wait("PRIVMSG", last="first", source="irma")
    irma.type(f"/part{RETURN}")
    ida.wait("PART", source="irma")
