# Databases that cannot be used: a server says why, and what to try, and does not start.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import sqlite3
import stat
import subprocess

import pytest

from peers import JSONPeer
from restarting import RestartingServer


@pytest.fixture
def database(start_server, home, closing):
    """A database with a message in it, and nobody who uses it."""
    path = home.path / "room.db"
    server = start_server("--db", path)
    closing(JSONPeer(server.port, "ann")).say("kept")
    server.stop()
    return path


@pytest.fixture
def refusal(run_chatkit):
    """What is said of a database, and its hint, when the exit status is that one."""
    def run(path, status):
        done = run_chatkit("serve", "--port", 0, "--db", path)
        assert (done.returncode, done.stdout) == (status, ""), done
        what, hint = done.stderr.splitlines()
        prefix = f"chatkit: cannot open the database: {path}: "
        assert what.startswith(prefix) and hint.startswith("hint: ")
        return what.removeprefix(prefix), hint
    return run


def change(path, sql):
    with sqlite3.connect(path) as connection:
        connection.execute(sql)
    connection.close()


def test_of_a_newer_version(database, refusal):
    change(database, "PRAGMA user_version = 99")
    before = database.read_bytes()
    why, hint = refusal(database, 65)
    assert "a newer chatkit wrote it (schema 99; this one knows" in why
    assert "update chatkit" in hint
    assert database.read_bytes() == before


def test_of_another_program(home, refusal):
    path = home.path / "other.db"
    change(path, "CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    why, hint = refusal(path, 65)
    assert "it belongs to another program" in why and "--db" in hint
    assert path.read_bytes() == before


def test_of_another_program_that_says_so(database, refusal):
    change(database, "PRAGMA application_id = 1")
    assert "it belongs to another program" in refusal(database, 65)[0]


def test_no_database_at_all(home, refusal):
    path = home.path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 500)
    assert "it is not a database" in refusal(path, 65)[0]
    assert path.read_text().startswith("Dear Sir")


@pytest.mark.parametrize("damage", ["cut", "overwritten"])
def test_damaged(database, refusal, damage):
    size = database.stat().st_size
    with open(database, "r+b") as file:
        if damage == "cut":
            file.truncate(size // 2)
        else:
            file.seek(4096)
            file.write(b"\xa5" * (size - 4096))
    why, hint = refusal(database, 65)
    assert "the file is damaged" in why and ".recover" in hint


def test_used_by_another_server(start_server, home, refusal, closing):
    path = home.path / "room.db"
    server = start_server("--db", path)
    why, hint = refusal(path, 75)
    assert why == "another server is using it" and "stop the other" in hint
    closing(JSONPeer(server.port, "ann")).say("none the worse for it")


def test_used_by_another_server_under_another_name(start_server, home, refusal):
    path = home.path / "room.db"
    start_server("--db", path)
    link = home.path / "link.db"
    link.symlink_to(path)
    assert refusal(link, 75)[0] == "another server is using it"


def test_a_lock_does_not_outlive_a_crash(start_server, home, closing):
    server = RestartingServer(start_server, "--db", home.path / "room.db")
    closing(JSONPeer(server.port, "ann")).say("kept")
    server.crash()
    assert closing(JSONPeer(server.port, "bob", replay=0)).history() == [("ann", "kept")]


def test_a_directory_in_its_place(home, refusal):
    path = home.path / "directory.db"
    path.mkdir()
    assert "directory" in refusal(path, 1)[0]


def test_a_directory_that_is_a_file(home, run_chatkit):
    (home.path / "file").write_text("")
    done = run_chatkit("serve", "--port", 0, "--db", home.path / "file" / "room.db")
    what, hint = done.stderr.splitlines()
    assert done.returncode == 1 and "not a directory" in what and hint.startswith("hint: ")


def as_somebody_else(command):
    """Whom the rights of files bind; root may do everything."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *command]


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_that_may_not_be_written(binary, database, home, tmp_path_factory, kind):
    # Somebody else must be able to come as far as the database: pytest's directories are private.
    for directory in [home.path, *home.path.parents]:
        if directory.stat().st_uid == os.geteuid() and directory != directory.parent:
            directory.chmod(directory.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    database.chmod(0o444)
    database.parent.chmod(0o777 if kind == "file" else 0o555)
    try:
        done = subprocess.run(
            as_somebody_else([binary, "serve", "--port", "0", "--db", str(database)]),
            capture_output=True, text=True, env=home.environment(), timeout=30)
    finally:
        database.parent.chmod(0o755)
    assert done.returncode == 77, done
    what, hint = done.stderr.splitlines()
    assert what.startswith("chatkit: cannot open the database: ")
    assert "must be able to write" in hint


def test_nothing_of_it_is_for_others(start_server, home, closing):
    server = start_server("--db", home.path / "deep" / "er" / "room.db")
    closing(JSONPeer(server.port, "ann")).say("private")
    files = list((home.path / "deep").rglob("*"))
    assert any(file.name.endswith("-wal") for file in files)
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, file
