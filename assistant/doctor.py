"""What is configured, whether each part of it works, and what to do where it does not: `python -m assistant doctor`.

Nothing is changed: no index is built, and the one call to a model is the smallest there is. Keys are never shown.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from tempfile import NamedTemporaryFile
from typing import NamedTuple
from urllib.parse import urlsplit

from assistant import corpus, standing, telemetry
from assistant.budget import Budget, read_price
from assistant.embeddings import open_embeddings
from assistant.errors import AnswererError, AssistantError
from assistant.settings import Settings
from assistant.store import Store
from assistant.weights import SHA256

PATIENCE_SECONDS = 60.0
"""A model of one's own machine may have to be loaded first."""
LEAST_ROOM = 200_000_000
"""Bytes that an index, its successor beside it and a cache need with room to spare."""


class Finding(NamedTuple):
    """One part of the installation."""

    part: str
    ok: bool
    says: str
    fix: str = ""


class Unfit(AssistantError):
    """A part that cannot be used; the message says what to do."""


def examine(settings: Settings, article: str | None = None) -> list[Finding]:
    """All findings, in the order in which an answer needs them."""
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("article", lambda: _article(settings, article)),
        ("embeddings", lambda: _embeddings(settings)),
        ("data folder", lambda: _data(settings)),
        ("index", lambda: _index(settings, article)),
        ("answerer", lambda: _answerer(settings)),
        ("endpoint", lambda: _endpoint(settings)),
        ("budget", lambda: _budget(settings)),
        ("logs", lambda: _logs(settings)),
    )
    return [_finding(part, check) for part, check in checks]


def lines(findings: Sequence[Finding]) -> Iterator[str]:
    """The findings for a person."""
    width = max(len(finding.part) for finding in findings)
    for finding in findings:
        yield f"{'ok ' if finding.ok else 'FIX'}  {finding.part:{width}}  {finding.says}"
        if finding.fix:
            yield f"{'':{width + 7}}{finding.fix}"
    wrong = sum(not finding.ok for finding in findings)
    yield "Everything works." if not wrong else f"{wrong} of {len(findings)} parts need you; what to do is said above."


def _finding(part: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(part, True, check())
    except AnswererError as error:
        return Finding(part, False, str(error), error.fix)
    except AssistantError as error:
        # Their messages say what happened and then what to do.
        return Finding(part, False, " ".join(str(error).split()))


def _article(settings: Settings, name: str | None) -> str:
    folder = corpus.find(name or settings.article, settings.corpus_dir)
    article = corpus.load(folder)
    return f"{article.name}: {len(article.documents)} documents, {len(article.sentence_of)} sentences, in {folder}"


def _embeddings(settings: Settings) -> str:
    model = open_embeddings(settings.embeddings)
    width = len(model.embed_query("Is it there?"))
    files = f", {len(SHA256)} files as they were measured" if settings.embeddings == "minilm" else ""
    return f"{model.name}, {width} numbers a sentence{files}"


def _data(settings: Settings) -> str:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix="doctor-"):
            room = shutil.disk_usage(folder).free
    except OSError as error:
        raise Unfit(
            f"{folder} cannot be written ({error.strerror or type(error).__name__}). "
            "Give this user the right to, or name another folder with ASSISTANT_DATA_DIR."
        ) from error
    if room < LEAST_ROOM:
        raise Unfit(
            f"{folder} has {room / 1e6:,.0f} MB left. Make room for {LEAST_ROOM / 1e6:,.0f} MB, or name a folder on "
            "another disk with ASSISTANT_DATA_DIR."
        )
    return f"{folder}, writable, {room / 1e9:,.1f} GB free"


def _index(settings: Settings, name: str | None) -> str:
    folder = corpus.find(name or settings.article, settings.corpus_dir)
    where = f"Chroma at {_address(settings.chroma_url)}" if settings.chroma_url else "Chroma in the data folder"
    store = Store(standing.store_directory(folder, settings), settings.chroma_url)
    indexed = store.version(folder.name)
    if indexed is None:
        return f"{where}; not built yet, which the first question or `python -m assistant index` does"
    if indexed != corpus.version(folder):
        return f"{where}; of an older text, which the next start or `python -m assistant index` renews"
    index = store.current(folder.name)
    if index is None:
        raise Unfit("The index is damaged. Build it again with `python -m assistant index`.")
    return f"{where}; current, version {indexed[:12]}, made with {index.model or 'words only'}"


def _answerer(settings: Settings) -> str:
    key = settings.openai_api_key
    shown = "a key (not shown)" if key and key.get_secret_value() else "no key"
    if settings.answerer == "extractive":
        return "quotations only, because ASSISTANT_ANSWERER=extractive"
    if settings.model_configured:
        where = _address(settings.openai_base_url) if settings.openai_base_url else "OpenAI"
        return f"the model {settings.model} at {where}, with {shown}; quotations when it fails"
    if settings.answerer == "auto":
        return "quotations only; set OPENAI_API_KEY or OPENAI_BASE_URL for a model that words them"
    raise Unfit(
        "A model is wanted (ASSISTANT_ANSWERER=model), but none is configured. Set OPENAI_API_KEY or OPENAI_BASE_URL, "
        "or ASSISTANT_ANSWERER=auto."
    )


def _endpoint(settings: Settings) -> str:
    if not _by_model(settings):
        return "none, and none is needed"
    from assistant.fluent import endpoint_of
    from assistant.llm import LanguageModel

    start = time.monotonic()
    LanguageModel(endpoint_of(settings)).try_out(start + min(PATIENCE_SECONDS, settings.deadline_seconds))
    return f"{settings.model} answered in {time.monotonic() - start:.1f} s"


def _budget(settings: Settings) -> str:
    if not _by_model(settings):
        return "nothing to pay without a model"
    price = read_price(settings.model, settings.prices)
    budget = Budget(settings.data_dir / "budget.sqlite3", settings.daily_budget_usd, price)
    cost = (
        f"${price.input:g} and ${price.output:g} for a million tokens in and out"
        if price
        else f"the price of {settings.model} is not known, so costs are not counted"
    )
    if settings.daily_budget_usd is None:
        return f"no limit; {cost}"
    return f"${budget.spent_today():.4f} of ${settings.daily_budget_usd:g} spent today; {cost}"


def _logs(settings: Settings) -> str:
    telemetry.write_lines(settings.log)
    lines_go = {None: "no lines", "-": "a line for each answer to standard error"}
    told = [lines_go.get(settings.log, f"a line for each answer to {settings.log}")]
    endpoint = next((os.environ[name] for name in telemetry.ENDPOINTS if os.environ.get(name)), None)
    told.append(f"spans to {_address(endpoint)}" if endpoint else "no spans")
    if settings.log_questions:
        told.append("questions in full")
    return ", ".join(told)


def _by_model(settings: Settings) -> bool:
    return settings.answerer != "extractive" and settings.model_configured


def _address(url: str | None) -> str:
    """Scheme, host and path: an address may carry a password or a key."""
    parts = urlsplit(url or "")
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}" if parts.hostname else "an address without a host"
