"""Who may ask from where, how often and how much. Pure ASGI, so that streams pass untouched.

From the outside in: request id, security headers, problems, CORS, origin check, rate limit, body limit. Origins are
those of EMBED_ORIGINS and the server's own. CORS alone protects no server, so a page that is not on the list is
refused here, too.
"""

import ipaddress
import logging
import re
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import anyio
from anyio.to_thread import run_sync
from limits import RateLimitItem, parse
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api import metrics
from assistant.errors import AssistantError, QuestionError, SettingsError
from assistant.settings import Settings

MAX_BODY_BYTES: Final = 512 * 1_024
BODY_SECONDS: Final = 10.0
"""How long a body may take to arrive."""
REDIS_SECONDS: Final = 1
"""How long a reader waits for the shared count; then the process counts alone."""
API: Final = "/api/"
INTERNAL: Final = "Something failed here that is not yours to put right. Try again in a moment."
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_log = logging.getLogger(__name__)


def problem(status: int, detail: str) -> dict[str, Any]:
    """The body of an `application/problem+json` (RFC 9457)."""
    return {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_response(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """An error as a response."""
    return JSONResponse(problem(status, detail), status, headers=headers, media_type="application/problem+json")


def reported(error: AssistantError) -> tuple[int, str]:
    """Status and detail for a reader. What ails the server itself is for its log: it may name paths and addresses."""
    if isinstance(error, QuestionError):
        return error.http_status, str(error)
    _log.error("%s: %s", type(error).__name__, error)
    metrics.failed(type(error).__name__)
    return (503 if error.retryable else 500), INTERNAL


def middleware(settings: Settings) -> list[Middleware]:
    """Raises SettingsError for origins, a rate or a Redis address that cannot be read."""
    origins = allowed_origins(settings.embed_origins)
    try:
        rate = parse(settings.rate_limit)
    except ValueError as error:
        raise SettingsError("ASSISTANT_RATE_LIMIT cannot be read. Write it as `60/minute`.") from error
    return [
        Middleware(RequestId),
        Middleware(SecurityHeaders, origins=origins),
        Middleware(Problems),
        Middleware(
            Cors,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["content-type", "x-request-id"],
            expose_headers=["x-request-id", "retry-after"],
            max_age=3_600,
        ),
        Middleware(Origins, origins=origins),
        Middleware(RateLimit, limiter=Limiter(rate, settings.redis_url)),
        Middleware(BodyLimit),
    ]


def allowed_origins(listed: str) -> list[str]:
    """`https://a.example, https://b.example` as a list. Raises SettingsError for what is no origin."""
    origins = [part.strip().rstrip("/") for part in listed.split(",") if part.strip()]
    for origin in origins:
        parts = urlsplit(origin)
        exact = f"{parts.scheme}://{parts.netloc}" == origin and "@" not in origin and "*" not in origin
        if parts.scheme not in ("http", "https") or not parts.netloc or not exact or not _plain(origin):
            raise SettingsError(f"EMBED_ORIGINS: {origin!r} is no origin. Write it as https://news.example.")
    return [origin.lower() for origin in origins]


def _plain(origin: str) -> bool:
    # It is written into a header.
    return origin.isascii() and origin.isprintable() and not re.search(r"[\s;,'\"]", origin)


def _is_api(scope: Scope) -> bool:
    return scope["type"] == "http" and str(scope["path"]).startswith(API)


class RequestId:
    """Each response names its request; a caller's own id is kept when it is a plain one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        id_ = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = id_

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = id_
            await send(message)

        await self._app(scope, receive, with_id)


class SecurityHeaders:
    """Only listed origins may frame the page; nobody may guess content types."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        self._app = app
        self._policy = " ".join(["frame-ancestors 'self'", *origins])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", self._policy)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
            await send(message)

        await self._app(scope, receive, with_headers)


class Problems:
    """What nobody has foreseen is a problem, too; the server's log has its traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_api(scope):
            await self._app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except Exception:
            if not started:
                await problem_response(500, INTERNAL)(scope, receive, send)
            raise


class Cors(CORSMiddleware):
    """For the API alone: the page answers its own origin, and the widget's script any."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_api(scope):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Origins:
    """A browser's page that is not on the list gets no answer from the API."""

    def __init__(self, app: ASGIApp, origins: list[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_api(scope):
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            if origin is not None and origin not in self._origins and not _own(origin, headers):
                detail = f"The page's origin {origin[:200]!r} is not listed. Its operator adds it to EMBED_ORIGINS."
                await problem_response(403, detail)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _own(origin: str, headers: Headers) -> bool:
    return origin.partition("://")[2].lower() == headers.get("host", "").lower() != ""


class Limiter:
    """Counts what each client sends: in memory, or in Redis where several processes count together."""

    def __init__(self, rate: RateLimitItem, url: str | None) -> None:
        self.rate = rate
        self._alone = MovingWindowRateLimiter(storage_from_string("memory://"))
        self._shared = None if url is None else MovingWindowRateLimiter(_redis(url))

    async def wait(self, client: str) -> float:
        """Counts one request; seconds until the client may send it, 0 for now."""
        if self._shared is None:
            return self._hit(self._alone, client)
        try:
            return await run_sync(self._hit, self._shared, client)
        except StorageError as error:
            # Whatever ails Redis, readers are not to be shut out by it, and not let in without a limit.
            _log.warning("rate limit: Redis failed (%s); this process counts alone", type(error).__name__)
            return self._hit(self._alone, client)

    def _hit(self, limiter: MovingWindowRateLimiter, client: str) -> float:
        if limiter.hit(self.rate, client):
            return 0.0
        return max(1.0, limiter.get_window_stats(self.rate, client).reset_time - time.time())


def _redis(url: str) -> Any:
    try:
        return storage_from_string(
            url, wrap_exceptions=True, socket_timeout=REDIS_SECONDS, socket_connect_timeout=REDIS_SECONDS
        )
    except (ConfigurationError, ValueError) as error:
        raise SettingsError("REDIS_URL cannot be used. Write it as `redis://host:6379/0`.") from error


class RateLimit:
    """So many questions and ratings from one client; the proxy's `X-Forwarded-For` is uvicorn's to read."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _is_api(scope) and scope["method"] == "POST":
            seconds = await self._limiter.wait(_client(scope))
            if seconds > 0:
                detail = f"Too many questions from one place: {self._limiter.rate} are answered. Try again later."
                headers = {"Retry-After": str(round(seconds))}
                await problem_response(429, detail, headers)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _client(scope: Scope) -> str:
    """Address of the client; of IPv6 the network, because a household has all of it."""
    host = str((scope.get("client") or ("unknown",))[0])
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.IPv6Network((address, 64), strict=False))
    return host


class BodyLimit:
    """Refuses a body that is too large, by its announced length or by what has come, or that does not come."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_api(scope):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isascii() or not announced.isdigit() or int(announced[:12]) > MAX_BODY_BYTES:
            await _too_large(scope, receive, send)
            return
        body = bytearray()
        with anyio.move_on_after(BODY_SECONDS) as waiting:
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    await _too_large(scope, receive, send)
                    return
                if not message.get("more_body"):
                    break
        if waiting.cancelled_caught:
            await problem_response(408, "The body did not arrive in time.", {"Connection": "close"})(
                scope, receive, send
            )
            return
        whole: Message | None = {"type": "http.request", "body": bytes(body), "more_body": False}

        async def received() -> Message:
            nonlocal whole
            if whole is not None:
                message, whole = whole, None
                return message
            return await receive()

        await self._app(scope, received, send)


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    detail = f"The body is larger than {MAX_BODY_BYTES // 1_024} KB."
    await problem_response(413, detail, {"Connection": "close"})(scope, receive, send)
