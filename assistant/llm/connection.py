"""Breaks off a reply that another thread reads."""

import socket
import threading
from contextlib import suppress
from typing import Any


class Connection:
    """The connection over which one thread reads a model's reply, so that another thread can break it off.

    Closing a socket does not wake the thread that waits on it, and a server that sends signs of life but no words meets
    no timeout; shutting the socket down ends both.
    """

    _of_thread = threading.local()

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: Any = None
        self._stopped = False

    def __enter__(self) -> "Connection":
        self._of_thread.connection = self
        return self

    def __exit__(self, *_: object) -> None:
        self._of_thread.connection = None
        with self._lock:
            self._stream = None

    def stop(self) -> None:
        """End the reply, from any thread, now or as soon as it begins."""
        with self._lock:
            self._stopped = True
            self._shut()

    @classmethod
    def begins(cls, request: Any) -> None:
        """The client's hook before a request; runs in the thread that asks. What was stopped is not tried again."""
        connection: Connection | None = getattr(cls._of_thread, "connection", None)
        if connection and connection._stopped:
            raise ConnectionAbortedError("stopped")

    @classmethod
    def opened(cls, response: Any) -> None:
        """The client's hook when a response has begun; runs in the thread that reads."""
        connection: Connection | None = getattr(cls._of_thread, "connection", None)
        if connection:
            with connection._lock:
                connection._stream = response.extensions.get("network_stream")
                if connection._stopped:
                    connection._shut()

    def _shut(self) -> None:
        taken = self._stream.get_extra_info("socket") if self._stream else None
        if taken:
            with suppress(OSError):
                taken.shutdown(socket.SHUT_RDWR)
