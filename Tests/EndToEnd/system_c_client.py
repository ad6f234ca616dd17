# The client of system C, a chat room with a NICK handshake, as its users run it: one thread prints
# what arrives, the other sends what is typed. It knows nothing of newlines.
# Run as: system_c_client.py PORT NICK
# SPDX-License-Identifier: GPL-3.0-or-later
import socket
import sys
import threading


def receive(client, nick):
    while True:
        message = client.recv(1024).decode("utf-8")
        if not message:
            break
        if message == "NICK":
            client.send(nick.encode("utf-8"))
        else:
            print(message, flush=True)
    client.close()


def write(client, nick):
    for text in sys.stdin:
        message = f"{nick}: {text.rstrip()}"
        client.send(message.encode("utf-8"))


def main():
    port, nick = int(sys.argv[1]), sys.argv[2]
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client.connect(("127.0.0.1", port))
    threads = [
        threading.Thread(target=task, args=(client, nick), daemon=task is write)
        for task in (receive, write)]
    for thread in threads:
        thread.start()
    threads[0].join()


main()
