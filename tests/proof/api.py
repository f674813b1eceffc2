"""Stands in for the ingest API: a local server that remembers the events it was sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Api(ThreadingHTTPServer):
    """``events`` holds every event received so far, ``host`` is where clients find the server."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receiver)
        self.events: list[dict[str, object]] = []
        self.host = f"http://127.0.0.1:{self.server_port}"

    def names(self) -> list[object]:
        """Return the names of the received events, and forget them."""
        received, self.events = self.events, []
        return [event.get("event") for event in received]


class _Receiver(BaseHTTPRequestHandler):
    server: Api

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.events += body["events"] if self.path == "/v1/batch" else [body]
        answer = b'{"ok":true}'
        self.send_response(202)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the tests look at what arrived."""


@contextmanager
def serving() -> Iterator[Api]:
    """Run the server for the length of a ``with`` block."""
    with Api() as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield api
        finally:
            api.shutdown()
            thread.join()
