"""A web server on this machine, for what is otherwise downloaded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server(ThreadingHTTPServer):
    daemon_threads = False
    """Closing the server waits for its threads, which close their sockets."""


@contextmanager
def serving(
    content: bytes, *, status: int = 200, length: int | None = -1, stays_open: bool = False
) -> Iterator[str]:
    """The address of a file of that content.

    `length` is the size that the server tells: by default the content's own, None is
    none. A connection that stays open after the content keeps its client waiting.
    """
    done = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            if length is not None:
                self.send_header("Content-Length", str(len(content) if length < 0 else length))
            self.end_headers()
            self.wfile.write(content)
            if stays_open:
                done.wait()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/archive.tar.gz"
        finally:
            done.set()
            server.shutdown()
            thread.join()
