"""Page, API and widget in one process on one port: `python -m assistant serve`, or `uvicorn assistant.server:app`."""

import socket
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
SHUTDOWN_SECONDS = 50
"""How long answers that are under way may take to end: a little more than the longest can."""


def __getattr__(name: str) -> Any:
    """`app`, loaded when a server asks for it."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _find_app()
    return import_module("app").app


def serve(host: str, port: int, announce: Callable[[str], None]) -> bool:
    """Serve until interrupted; `announce(url)` is called when the page can be opened. True when it ever could.

    Port 0 takes any free one. Raises UserError when the address cannot be had.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce(f"http://{shown}:{listening.getsockname()[1]}")

    _find_app()
    config = uvicorn.Config(
        "app:app",
        lifespan="on",
        # Streamlit asks for this one: the older implementation breaks off its messages.
        ws="websockets-sansio",
        log_level="warning",
        access_log=False,
        # Longer than a proxy keeps its connections: else it would reuse one that is just being closed.
        timeout_keep_alive=75,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    with _listen(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        server = Server(config)
        server.run(sockets=[listening])
    return server.started


def _find_app() -> None:
    # app.py lies beside this package, wherever this was started.
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))


def _listen(host: str, port: int) -> socket.socket:
    """A socket of our own, so that a busy port is found before anything else is loaded."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            # Two processes may bind a port together until one of them listens.
            listening.listen(2_048)
        except OSError:
            listening.close()
            raise
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"Cannot listen on {host}, port {port}: {reason}. Choose another with --port or --host."
        ) from error
    return listening
