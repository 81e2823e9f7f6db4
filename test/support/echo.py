"""Talks to an echo server. Arguments: the server's command line.

The server prints one line that ends in the address it listens on, and answers until it is told to stop.
"""

import signal
import socket
import subprocess
import sys

CLIENTS = 50
MESSAGE = bytes(range(256)) * 100  # longer than one read of any example


def main(*server: str) -> int:
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as process:
        try:
            host, port = process.stdout.readline().split()[-1].rsplit(":", 1)
            clients = [socket.create_connection((host.strip("[]"), int(port)), timeout=30) for _ in range(CLIENTS)]
            for client in clients:
                client.sendall(MESSAGE)
            for client in clients:
                answer = read(client)
                if answer != MESSAGE:
                    print(f"sent {len(MESSAGE)} bytes, got other {len(answer)} bytes back")
                    return 1
                client.close()
        finally:
            process.send_signal(signal.SIGTERM)
    return 0


def read(client: socket.socket) -> bytes:
    answer = b""
    while len(answer) < len(MESSAGE) and (piece := client.recv(65536)):
        answer += piece
    return answer


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
