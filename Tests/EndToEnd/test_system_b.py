# System B: clients that introduce themselves with a profile, and a server that prints each of them
# as one block, whole.
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import threading

from waiting import eventually

BLOCK = re.compile(
    r"Nick: +(?P<nick>.*)\nName: +(?P<name>.*)\nStudent ID: +(?P<id>.*)\nGitHub: +(?P<github>.*)\n")


def blocks(server, count):
    """The blocks on the server's standard output, when there are that many, by nick."""
    texts = eventually(
        f"{count} blocks", lambda: server.output.count("\n\n") >= count and server.output,
        look=lambda: server.output).split("\n\n")
    assert texts.pop() == ""
    found = [BLOCK.fullmatch(f"{text}\n") for text in texts]
    assert all(found), server.output
    return {block["nick"]: (block["name"], block["id"], block["github"]) for block in found}


def profile(number):
    return (f"Student Number {number:02} of the class " + "x" * 150,
            f"2026{number:04}", f"github-user-{number:02}")


def test_thirty_clients_at_once_are_printed_as_thirty_whole_blocks(server, json_peer, plain):
    peers = [json_peer(hello=False) if number % 2 else plain() for number in range(30)]
    together = threading.Barrier(len(peers))

    def introduce(number, peer):
        name, student_id, github = profile(number)
        together.wait()
        if number % 2:
            peer.request("hello", nick=f"s{number}", profile={
                "name": name, "student_id": student_id, "github": github})
        else:
            peer.send(f"s{number}\n/profile {name}; {student_id}; {github}\n")

    threads = [threading.Thread(target=introduce, args=entry) for entry in enumerate(peers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert blocks(server, 30) == {f"s{number}": profile(number) for number in range(30)}


def test_join_introduces_itself_from_its_options(server, run_chatkit):
    done = run_chatkit(
        "join", f"127.0.0.1:{server.port}", "--nick", "ana", "--name", "Ana Diaz",
        "--student-id", "20261234", "--github", "anadiaz", "--send", "here")
    assert done.returncode == 0, done.stderr
    assert blocks(server, 1) == {"ana": ("Ana Diaz", "20261234", "anadiaz")}


def test_a_profile_cannot_forge_another_ones_block(server, json_peer, plain):
    mallory = json_peer("mallory")
    mallory.request("profile", name="x\n\nNick: alice", student_id="1", github="m")
    assert mallory.wait("error")["code"] == "bad_profile"
    mallory.request("profile", name="y" * 257, student_id="1", github="m")
    assert mallory.wait("error")["code"] == "bad_profile"
    alice = plain("alice")
    alice.say("/profile Alice A.; 7; alice")
    alice.wait("name: Alice A.")
    assert blocks(server, 1) == {"alice": ("Alice A.", "7", "alice")}


def test_others_can_look_a_profile_up(plain, json_peer):
    alice, bob = plain("alice"), json_peer("bob")
    alice.say("/profile Alice A.; 7; alice-a")
    alice.wait("github: alice-a")
    bob.request("whois", nick="ALICE")
    assert bob.wait("whois")["profile"] == {
        "name": "Alice A.", "student_id": "7", "github": "alice-a"}
