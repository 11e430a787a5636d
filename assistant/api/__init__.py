"""The HTTP API: questions in, verified answers out, as JSON or as server-sent events. Also serves the widget.

`routes()` and `middleware()` go into the Streamlit app; `app` is the same alone, for as many processes as are wanted.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache, lru_cache, wraps
from typing import Annotated, Any, Final, Literal, TypeVar

from anyio.to_thread import run_sync
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from assistant import catalogue, corpus
from assistant.api import guard, metrics, openapi, pages
from assistant.api.answering import Answering, Busy, Late
from assistant.api.guard import problem_response
from assistant.errors import AssistantError, CorpusError
from assistant.feedback import MAX_COMMENT_CHARS, Feedback
from assistant.pipeline import Assistant
from assistant.schema import Answer, Turn, json_of
from assistant.settings import load_settings

MAX_HISTORY: Final = 200
MAX_TEXT_CHARS: Final = 20_000
SPARE_SECONDS: Final = 15.0
"""What an answer may take beyond the model's deadline: waiting for a worker, quoting after the model failed."""
STREAM: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_ARTICLE_FIELDS: Final = ("name", "version", "title", "documents", "text", "suggestions")
_log = logging.getLogger(__name__)

Endpoint = Callable[[Request], Awaitable[Response]]


class Problem(Exception):
    """Ends a request with an error."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class Body(BaseModel):
    """Closed: a misspelt field is an error, not silence."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


B = TypeVar("B", bound=Body)


class HistoryTurn(Body):
    """One message of the conversation before the question."""

    role: Literal["user", "assistant"]
    text: str = Field(max_length=MAX_TEXT_CHARS)


class Ask(Body):
    """A question about an article."""

    question: str = Field(min_length=1, max_length=MAX_TEXT_CHARS)
    article: str | None = Field(None, max_length=200)
    """Name of the article; the server's own when not given."""
    history: list[HistoryTurn] = Field(default_factory=list, max_length=MAX_HISTORY)
    """Oldest first; the last turns are read."""

    @property
    def turns(self) -> list[Turn]:
        return [Turn(role=turn.role, text=turn.text) for turn in self.history]


class Rate(Ask):
    """What a reader thinks of an answer."""

    rating: Literal["up", "down"]
    comment: str = Field("", max_length=MAX_COMMENT_CHARS)
    answer: Annotated[Answer | None, WithJsonSchema(openapi.ANSWER_OR_NULL)] = None
    """The answer as it was given; asked again when it is not sent."""


def answered(endpoint: Endpoint) -> Endpoint:
    """Turns what an endpoint raises into a problem. What ails the server is for its log, not for readers."""

    @wraps(endpoint)
    async def guarded(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Problem as error:
            return problem_response(error.status, error.detail)
        except Busy:
            return problem_response(503, "Too many questions at once. Try again in a moment.", {"Retry-After": "2"})
        except Late as error:
            return problem_response(504, str(error), {"Retry-After": "5"})
        except ClientDisconnect:
            return problem_response(400, "The request ended before its body.")
        except AssistantError as error:
            status, detail = guard.reported(error)
            return problem_response(status, detail, {"Retry-After": "5"} if status == 503 else None)

    return guarded


async def ask(request: Request) -> Response:
    """POST /api/v1/ask"""
    body = await _body(request, Ask)
    settings = load_settings_once()
    name = body.article or settings.article
    answering = Answering(
        lambda: _opened(name).stream(body.question, body.turns), settings.deadline_seconds + SPARE_SECONDS
    )
    # A question that cannot be used is refused here, before a stream has begun.
    await answering.begun()
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(answering.sent(), media_type="text/event-stream", headers=STREAM)
    return JSONResponse(json_of(await answering.answer(request)), headers={"Cache-Control": "no-store"})


async def articles(request: Request) -> Response:
    """GET /api/v1/articles"""
    return JSONResponse({"articles": await run_sync(_titles)})


async def article(request: Request) -> Response:
    """GET /api/v1/articles/{name}; `fields` names those wanted, with commas between."""
    wanted = tuple(filter(None, request.query_params.get("fields", "").split(","))) or _ARTICLE_FIELDS
    if unknown := set(wanted) - set(_ARTICLE_FIELDS):
        raise Problem(422, f"fields: {sorted(unknown)[0]!r} is none of {', '.join(_ARTICLE_FIELDS)}.")
    return JSONResponse(await run_sync(_article, request.path_params["name"], wanted))


async def feedback(request: Request) -> Response:
    """POST /api/v1/feedback"""
    return JSONResponse({"id": await run_sync(_rate, await _body(request, Rate))}, 201)


async def health(request: Request) -> Response:
    """GET /healthz: the process lives."""
    return JSONResponse({"status": "ok"})


async def ready(request: Request) -> Response:
    """GET /readyz: the server's own article can be answered from."""
    if await run_sync(catalogue.is_open, load_settings_once().article):
        return JSONResponse({"status": "ready"})
    return problem_response(503, "The article is being opened. Try again in a moment.", {"Retry-After": "2"})


async def measured(request: Request) -> Response:
    """GET /metrics, for Prometheus."""
    return Response(await run_sync(metrics.exposition), headers={"Content-Type": metrics.MEDIA_TYPE})


async def description(request: Request) -> Response:
    """GET /api/v1/openapi.json"""
    return JSONResponse(openapi.document(Ask, Rate))


class Unknown:
    """What no other route of the API takes; else Streamlit would answer with its page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        matching = [route for route in _api_routes() if route.path_regex.match(scope["path"])]
        allowed = sorted({method for route in matching for method in route.methods or ()})
        detail = "There is nothing at this address. The API is described at /api/v1/openapi.json."
        if allowed:
            detail = f"This address takes {', '.join(allowed)} only. The API is described at /api/v1/openapi.json."
        await problem_response(405 if allowed else 404, detail, {"Allow": ", ".join(allowed)} if allowed else None)(
            scope, receive, send
        )


def routes() -> list[BaseRoute]:
    """All routes but the Streamlit page's."""
    return [
        *_api_routes(),
        Route("/api/{rest:path}", Unknown()),
        Route("/healthz", health, methods=["GET"]),
        Route("/readyz", ready, methods=["GET"]),
        Route("/metrics", measured, methods=["GET"]),
        *pages.routes(),
    ]


def _api_routes() -> list[Route]:
    return [
        Route("/api/v1/ask", answered(ask), methods=["POST"]),
        Route("/api/v1/articles", answered(articles), methods=["GET"]),
        Route("/api/v1/articles/{name}", answered(article), methods=["GET"]),
        Route("/api/v1/feedback", answered(feedback), methods=["POST"]),
        Route("/api/v1/openapi.json", description, methods=["GET"]),
    ]


def middleware() -> list[Middleware]:
    """Who may ask from where, how often and how much; see `guard`. Raises SettingsError."""
    return guard.middleware(load_settings())


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """The article is opened when the server starts, not when the first reader comes."""
    catalogue.open_early()
    yield


load_settings_once = cache(load_settings)
"""Reading the environment takes as long as a third of an answer."""


async def _body(request: Request, kind: type[B]) -> B:
    """The request's JSON. Raises Problem that names the field."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Problem(415, "Send JSON, with Content-Type: application/json.")
    try:
        return kind.model_validate_json(await request.body(), strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise Problem(400 if first["type"] == "json_invalid" else 422, f"{where}: {first['msg']}.") from error


@cache
def _opened(name: str) -> Assistant:
    """Only what could be opened is kept, and only articles of this server can be."""
    if name not in catalogue.names():
        raise Problem(404, f"There is no article of that name here. There is: {', '.join(catalogue.names())}.")
    return catalogue.opened(name)


def _titles() -> list[dict[str, Any]]:
    found = []
    for name in catalogue.names():
        path = corpus.find(name, load_settings_once().corpus_dir) / "article.md"
        try:
            found.append({"name": name, **_title(path, path.stat().st_mtime_ns)})
        except (CorpusError, OSError) as error:
            _log.error("article %s is left out of the list: %s", name, error)
    return found


@lru_cache(maxsize=1_024)
def _title(path: Any, changed: int) -> dict[str, Any]:
    return corpus.read_document(path).model_dump(include={"title", "publisher", "published", "language", "url"})


def _article(name: str, wanted: tuple[str, ...]) -> dict[str, Any]:
    assistant = _opened(name)
    article = assistant.article
    whole: dict[str, Callable[[], Any]] = {
        "name": lambda: article.name,
        "version": lambda: article.version,
        "title": lambda: article.article.title,
        "documents": lambda: [json_of(document) for document in article.documents],
        "text": lambda: article.article.text,
        "suggestions": lambda: list(assistant.suggestions),
    }
    return {field: whole[field]() for field in wanted}


def _rate(body: Rate) -> int:
    assistant = _opened(body.article or load_settings_once().article)
    answer = body.answer or assistant.ask(body.question, body.turns)
    if answer.article != assistant.article.name:
        raise Problem(422, "answer: it is about another article.")
    stored = Feedback(load_settings_once().data_dir / "feedback.sqlite3")
    return stored.add(answer, body.rating, history=body.turns, comment=body.comment)


app = Starlette(routes=routes(), middleware=middleware(), lifespan=lifespan)
