"""The API's description of itself, made from the models that read and write its JSON."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from assistant.schema import Answer, ClaimEvent, Document, NoticeEvent

VERSION = "1.0.0"
_REF = "#/components/schemas/{model}"
_JSON = "application/json"
ANSWER_OR_NULL = {
    "anyOf": [{"$ref": _REF.format(model="Answer")}, {"type": "null"}],
    "description": "The answer as it was given; asked again when it is not sent.",
}
_STRING = {"type": "string"}
_TITLE_FIELDS = ("name", "title", "publisher", "published", "language", "url")
_ARTICLE_FIELDS = {
    "name": _STRING,
    "version": {"type": "string", "description": "Changes when any text or metadata of the article does."},
    "title": _STRING,
    "documents": {"type": "array", "items": {"$ref": _REF.format(model="Document")}},
    "text": {"type": "string", "description": "What offsets of the article's citations count in."},
    "suggestions": {"type": "array", "items": _STRING},
}
_PROBLEM = {
    "type": "object",
    "description": "An error, by RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": _STRING,
        "title": _STRING,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened and what to do."},
    },
}
_STREAM = "Events `claim`, `notice`, `done` and `error`, with the data of ClaimEvent, NoticeEvent, Answer and Problem."
_FAULTS = {
    "400": "No JSON, or not all of it",
    "403": "The page's origin is not listed",
    "404": "No article of that name",
    "408": "The body did not arrive in time",
    "413": "The body is too large",
    "415": "The body is not JSON",
    "422": "A field cannot be used",
    "429": "Too many requests; see Retry-After",
    "500": "A fault of the server",
    "503": "Busy, or not ready yet; see Retry-After",
    "504": "The answer took too long",
}


def document(ask: type[BaseModel], rate: type[BaseModel]) -> dict[str, Any]:
    """The whole description, OpenAPI 3.1; `ask` and `rate` are the models of the two bodies."""
    posted = [(model, "validation") for model in (ask, rate)]
    returned = [(model, "serialization") for model in (Answer, Document, ClaimEvent, NoticeEvent)]
    # The two lists hold what the annotation asks for; it is invariant in both halves of the pair.
    _, definitions = models_json_schema([*posted, *returned], ref_template=_REF)  # type: ignore[list-item]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Article assistant",
            "version": VERSION,
            "description": "Questions about a news article, answered with verified and cited sentences only.",
        },
        "paths": {
            "/api/v1/ask": {"post": _post("ask", "Ask a question", ask, "200", _answer())},
            "/api/v1/articles": {"get": _get("articles", "The articles", _object({"articles": _titles()}))},
            "/api/v1/articles/{name}": {"get": _article()},
            "/api/v1/feedback": {
                "post": _post("feedback", "Rate an answer", rate, "201", _json(_object({"id": {"type": "integer"}})))
            },
        },
        "components": {"schemas": {**definitions["$defs"], "Problem": _PROBLEM}},
    }


def _post(id_: str, summary: str, body: type[BaseModel], status: str, done: dict[str, Any]) -> dict[str, Any]:
    return {
        "operationId": id_,
        "summary": summary,
        "requestBody": {"required": True, "content": {_JSON: {"schema": {"$ref": _REF.format(model=body.__name__)}}}},
        "responses": {status: {"description": "Done", "content": done}, **_problems(*_FAULTS)},
    }


def _get(id_: str, summary: str, shape: dict[str, Any], *statuses: str) -> dict[str, Any]:
    responses = {"200": {"description": "Done", "content": _json(shape)}, **_problems("403", "500", "503", *statuses)}
    return {"operationId": id_, "summary": summary, "responses": responses}


def _article() -> dict[str, Any]:
    fields = {
        "name": "fields",
        "in": "query",
        "description": "The fields wanted, with commas between; all when not given.",
        "explode": False,
        "schema": {"type": "array", "items": {"enum": list(_ARTICLE_FIELDS)}},
    }
    name = {"name": "name", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    shape = {"type": "object", "properties": _ARTICLE_FIELDS}
    return {**_get("article", "One article with its sources", shape, "404", "422"), "parameters": [name, fields]}


def _answer() -> dict[str, Any]:
    return {
        **_json({"$ref": _REF.format(model="Answer")}),
        "text/event-stream": {"schema": {"type": "string", "description": _STREAM}},
    }


def _titles() -> dict[str, Any]:
    return {"type": "array", "items": _object(dict.fromkeys(_TITLE_FIELDS, _STRING))}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {_JSON: {"schema": schema}}


def _problems(*statuses: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {status: {"description": _FAULTS[status], "content": content} for status in statuses}
