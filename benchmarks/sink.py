"""Something that takes every POST at once and keeps nothing: the other end of webhooks that are measured."""

from __future__ import annotations

import socket
import threading

ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{}"
)


def main() -> None:
    """Print the port, then serve until the process is ended."""
    server = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(server.getsockname()[1], flush=True)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=_take, args=(connection,), daemon=True).start()


def _take(connection: socket.socket) -> None:
    with connection:
        said = b""
        while b"\r\n\r\n" not in said:
            said += connection.recv(65_536)
        head, _, body = said.partition(b"\r\n\r\n")
        wanted = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        )
        while len(body) < wanted:
            body += connection.recv(65_536)
        connection.sendall(ANSWER)


if __name__ == "__main__":
    main()
