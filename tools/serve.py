"""Serve the built site on localhost, on the first free port from 8000 on, until Ctrl-C."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PORTS = range(8000, 8100)


def bind(folder: Path) -> ThreadingHTTPServer:
    """Return a server for `folder` on the first of `PORTS` that nobody listens on."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    for port in PORTS:
        try:
            return Server(("127.0.0.1", port), handler)
        except OSError:
            continue
    raise SystemExit(f"Ports {PORTS.start} to {PORTS.stop - 1} are all taken.")


class Server(ThreadingHTTPServer):
    """A server that never shares its port, so that a taken one is noticed."""

    allow_reuse_address = False


def main(folder: Path) -> None:
    """Serve until interrupted."""
    with bind(folder) as server:
        print(f"Read the book at http://localhost:{server.server_port}/ (Ctrl-C stops)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
