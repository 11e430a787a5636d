"""The only file that knows chat models: any OpenAI-compatible endpoint, through LangChain's ChatOpenAI.

Three uses: stream claim lines, judge claims, rewrite a follow-up. Every failure of an endpoint, foreseen or not, leaves
here as AnswererError with a reason fit for a reader; keys and provider messages never do.
"""

import json
import queue
import re
import secrets
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Literal, cast

import openai
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from assistant import prompts
from assistant.errors import AnswererError
from assistant.llm.completions import PlainCompletions
from assistant.llm.connection import Connection
from assistant.schema import Article, Sentence, Turn, Usage

MAX_ANSWER_TOKENS = 700
MAX_JUDGE_TOKENS = 400
MAX_REWRITE_TOKENS = 120
MAX_PROBE_TOKENS = 16
MAX_REWRITE_CHARS = 400
MAX_STREAM_CHARS = 20_000
CHARS_PER_TOKEN = 4

Taken = Literal["json_schema", "json_object", "lines"]
_STRICTEST_FIRST: tuple[Taken, ...] = ("json_schema", "json_object", "lines")
_VERDICT_SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "verdicts",
        "strict": True,
        "schema": {
            "type": "object",
            "additionalProperties": False,
            "required": ["verdicts"],
            "properties": {
                "verdicts": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["pair", "supported"],
                        "properties": {"pair": {"type": "integer"}, "supported": {"type": "boolean"}},
                    },
                }
            },
        },
    },
}
_VERDICT_LINE = re.compile(r"^\W*(?:pair\s*)?(\d{1,3})\W{1,12}(?:supported\W{1,6})?(true|false|yes|no)\b", re.I | re.M)
_FENCED = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.DOTALL)


@dataclass(frozen=True)
class Endpoint:
    """Where the model is and how long it may take."""

    model: str
    api_key: str | None = field(repr=False)
    base_url: str | None
    timeout: float
    """Seconds without a single byte after which a call has failed."""


@dataclass
class Meter:
    """Counts the calls and tokens of one answer; calls of several threads add up."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, usage: Mapping[str, Any] | None, sent: int, received: int) -> None:
        """One call; tokens are estimated from characters where the endpoint does not count them."""
        with self._lock:
            self.calls += 1
            self.input_tokens += int((usage or {}).get("input_tokens") or sent // CHARS_PER_TOKEN)
            self.output_tokens += int((usage or {}).get("output_tokens") or received // CHARS_PER_TOKEN)

    def usage(self, cost_usd: float | None) -> Usage:
        return Usage(
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cost_usd=cost_usd,
            model_calls=self.calls,
        )


class LanguageModel:
    """A configured endpoint. Safe to share between threads; counts go to the caller's meter."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.model
        self._endpoint = endpoint
        self._taken: Taken = "json_schema"

    def claim_lines(
        self, question: str, evidence: Sequence[Sentence], article: Article, language: str, meter: Meter
    ) -> Generator[str]:
        """The model's text as it comes. Raises AnswererError, also after the first pieces.

        Closing the iterator ends the reply at the endpoint too.
        """
        filled = prompts.load("answer").messages(
            block=_block_name(),
            title=_one_line(article.article.title),
            published=article.article.published,
            evidence="\n".join(_evidence_line(sentence, article) for sentence in evidence),
            question=question,
            language=language,
        )
        sent, limit = _messages(filled), self._limit(MAX_ANSWER_TOKENS)
        received = 0
        finish: str | None = None
        usage: Mapping[str, Any] | None = None
        try:
            # LangChain gives a generator, whatever its signature says.
            with closing(cast("Generator[AIMessageChunk]", self._chat.stream(sent, **limit))) as chunks:
                for chunk in chunks:
                    text = str(chunk.text)
                    usage = chunk.usage_metadata or usage
                    finish = chunk.response_metadata.get("finish_reason") or finish
                    received += len(text)
                    if received > MAX_STREAM_CHARS:
                        break
                    if text:
                        yield text
        except Exception as error:
            lost = isinstance(error, openai.APIConnectionError) and not isinstance(error, openai.APITimeoutError)
            raise (_cut_off() if received and lost else _foreseen(error)) from error
        finally:
            meter.add(usage, sum(len(m.text) for m in sent), received)
        if not received:
            raise AnswererError("The model gave an empty answer.")
        if finish != "stop":
            # Some clients end quietly when the connection breaks; half a sentence is no sentence.
            raise _cut_off()

    def judge(self, pairs: Sequence[tuple[str, Sequence[str]]], meter: Meter, until: float) -> tuple[bool | None, ...]:
        """For each (claim, sentences): entailed, not entailed, or None when the judge failed. Never raises.

        `until` is on the clock of time.monotonic, here and in `rewrite`.
        """
        if not pairs:
            return ()
        shown = "\n\n".join(
            f"Pair {number}\nSentences: {' '.join(map(_one_line, sentences))}\nClaim: {_one_line(claim)}"
            for number, (claim, sentences) in enumerate(pairs, 1)
        )
        sent = _messages(prompts.load("judge").messages(block=_block_name(), pairs=shown))
        try:
            verdicts = _verdicts(self._structured(sent, meter, until))
        except AnswererError:
            verdicts = {}
        return tuple(verdicts.get(number) for number in range(1, len(pairs) + 1))

    def rewrite(
        self, question: str, history: Sequence[Turn], article: Article, meter: Meter, until: float
    ) -> str | None:
        """The follow-up as a question of its own; None when the model gave nothing that can be one.

        Raises AnswererError.
        """
        conversation = "\n".join(f"{turn.role}: {_one_line(turn.text)}" for turn in history)
        filled = prompts.load("rewrite").messages(
            block=_block_name(), title=_one_line(article.article.title), conversation=conversation, question=question
        )
        try:
            text = self._invoke(_messages(filled), meter, until, **self._limit(MAX_REWRITE_TOKENS)).strip()
        except Exception as error:
            raise _foreseen(error) from error
        line = text.splitlines()[0].strip().strip('"“”') if text else ""
        return line if 0 < len(line) <= MAX_REWRITE_CHARS else None

    def try_out(self, until: float) -> None:
        """The smallest call there is. Raises AnswererError, whose `fix` is for whoever runs the assistant."""
        sent = [HumanMessage("Answer with the word yes.")]
        try:
            self._invoke(sent, Meter(), until, **self._limit(MAX_PROBE_TOKENS))
        except Exception as error:
            raise _foreseen(error) from error

    def _structured(self, sent: Sequence[BaseMessage], meter: Meter, until: float) -> str:
        """The judge's reply by the strictest form that the endpoint takes; what it refused once is not tried again."""
        for taken in _STRICTEST_FIRST[_STRICTEST_FIRST.index(self._taken) :]:
            form: dict[str, Any] = {}
            if taken == "json_schema":
                form["response_format"] = _VERDICT_SCHEMA
            elif taken == "json_object":
                form["response_format"] = {"type": "json_object"}
            try:
                return self._invoke(sent, meter, until, **form, **self._limit(MAX_JUDGE_TOKENS))
            except (openai.BadRequestError, openai.UnprocessableEntityError, openai.InternalServerError) as error:
                if taken == "lines":
                    raise _foreseen(error) from error
                self._taken = _STRICTEST_FIRST[_STRICTEST_FIRST.index(taken) + 1]
            except Exception as error:
                raise _foreseen(error) from error
        raise AnswererError("The model takes no form of judgement.")

    def _invoke(self, sent: Sequence[BaseMessage], meter: Meter, until: float, **form: Any) -> str:
        """The whole reply, given up at `until`: a server that trickles bytes never meets a socket's timeout."""
        if time.monotonic() >= until:
            raise _too_long()
        replies: queue.SimpleQueue[AIMessage | Exception] = queue.SimpleQueue()
        connection = Connection()

        def call() -> None:
            with connection:
                try:
                    replies.put(self._chat.invoke(list(sent), **form))
                except Exception as error:
                    replies.put(error)

        threading.Thread(target=call, name="model", daemon=True).start()
        try:
            reply = replies.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            connection.stop()
            raise _too_long() from None
        if isinstance(reply, Exception):
            raise reply
        text = str(reply.text)
        meter.add(reply.usage_metadata, sum(len(message.text) for message in sent), len(text))
        return text

    def _limit(self, tokens: int) -> dict[str, Any]:
        # OpenAI's newer models know only the one name, some compatible servers only the other, and LangChain turns the
        # other into the one unless it comes in the extra body.
        limit: dict[str, Any] = {"max_completion_tokens": tokens}
        return {"extra_body": {"max_tokens": tokens}} if self._endpoint.base_url else limit

    @cached_property
    def _chat(self) -> ChatOpenAI:
        # Servers on one's own machine want no key, but the SDK insists.
        key = self._endpoint.api_key or "none"
        client = openai.OpenAI(
            api_key=key,
            base_url=self._endpoint.base_url,
            timeout=self._endpoint.timeout,
            max_retries=1,
            http_client=_http_client(),
        )
        return ChatOpenAI(
            model=self._endpoint.model,
            api_key=SecretStr(key),
            base_url=self._endpoint.base_url,
            temperature=0,
            stream_usage=True,
            root_client=client,
            client=PlainCompletions(client),
        )


@cache
def _http_client() -> Any:
    """One for all endpoints: it keeps connections open between calls, and tells each call which it has."""
    return openai.DefaultHttpxClient(event_hooks={"request": [Connection.begins], "response": [Connection.opened]})


def _foreseen(error: Exception) -> AnswererError:
    """The reason as a reader may see it, and the fix for the operator. What the provider wrote stays in the cause."""
    if isinstance(error, AnswererError):
        return error
    if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
        return AnswererError(
            "The model's endpoint refused the key.",
            "Set OPENAI_API_KEY to a key of this endpoint that may use the model.",
        )
    if isinstance(error, openai.NotFoundError):
        return AnswererError(
            "The model's endpoint does not know the model.",
            "Set ASSISTANT_MODEL to a name that the endpoint lists under /models, and OPENAI_BASE_URL to the address "
            "below which /chat/completions is, which mostly ends in /v1.",
        )
    if isinstance(error, openai.RateLimitError):
        return AnswererError(
            "The model's endpoint is at its limit.", "Wait, or raise the rate limit or the credit of the account."
        )
    if isinstance(error, openai.APITimeoutError):
        return _too_long()
    if isinstance(error, openai.APIConnectionError):
        return AnswererError(
            "The model's endpoint cannot be reached.",
            "Start the server, or put OPENAI_BASE_URL right: http://127.0.0.1:11434/v1, for example.",
        )
    if isinstance(error, openai.BadRequestError | openai.UnprocessableEntityError):
        return AnswererError(
            f"The model's endpoint failed (HTTP {error.status_code}).",
            "The endpoint does not take this kind of request: set ASSISTANT_MODEL to a chat model.",
        )
    if isinstance(error, openai.APIStatusError):
        return AnswererError(
            f"The model's endpoint failed (HTTP {error.status_code}).", "Look at the endpoint's own log or status page."
        )
    return AnswererError(
        "The model's endpoint sent something that cannot be read.",
        "Make sure that OPENAI_BASE_URL is an OpenAI-compatible API and no web page; it mostly ends in /v1.",
    )


def _too_long() -> AnswererError:
    return AnswererError(
        "The model took too long.",
        "Try a smaller model, or give it more time: ASSISTANT_DEADLINE_SECONDS, ASSISTANT_MODEL_TIMEOUT_SECONDS.",
    )


def _cut_off() -> AnswererError:
    return AnswererError("The model's answer was cut off.")


def _messages(filled: prompts.Messages) -> list[BaseMessage]:
    return [SystemMessage(filled.system), HumanMessage(filled.human)]


def _block_name() -> str:
    """A name that no text can know, so that no text can close the block."""
    return f"data-{secrets.token_hex(6)}"


def _evidence_line(sentence: Sentence, article: Article) -> str:
    document = article.document_of[sentence.id.rsplit(":", 1)[0]]
    whose = "" if sentence.voice == "document" else f", {sentence.voice}: {sentence.speaker or 'speaker not named'}"
    source = f"{_one_line(document.publisher)}, {document.published}{whose}"
    return f"[{sentence.id}] ({source}) {_one_line(sentence.text)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _verdicts(text: str) -> dict[int, bool]:
    """Pair number to verdict; nonsense and contradictions grant nothing."""
    fenced = _FENCED.match(text)
    try:
        parsed = json.loads(fenced[1] if fenced else text)
        entries = parsed["verdicts"]
        found = [(entry["pair"], entry["supported"]) for entry in entries]
    except (ValueError, KeyError, TypeError):
        found = [(int(number), word.lower() in ("true", "yes")) for number, word in _VERDICT_LINE.findall(text)]
    verdicts: dict[int, bool] = {}
    for number, supported in found:
        if isinstance(number, int) and isinstance(supported, bool):
            verdicts[number] = supported and verdicts.get(number, True)
    return verdicts
