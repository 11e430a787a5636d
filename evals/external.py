"""Question sets written elsewhere, in one JSONL form: how good the assistant is on text that nobody here tuned on.

A row has `question`, `history`, `answers` (any one counts), `answerable`, `gold` (`doc_id`, `start`, `end`), and either
`context` (its passages inline) or `article` with a corpus file beside it. Passages of one article become one document,
passages given inline become an article folder of their own, the first passage as the article.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.schema import Answer, Turn
from evals import metrics
from evals.articles import SourceText, body, write_article
from evals.errors import EvalsError
from evals.grading import said_by, spans
from evals.measures import MEASURES, Measure
from evals.metrics import Fact, GoldSet, Span
from evals.results import Observation
from evals.runner import attempt, measure_answer
from evals.subject import AssistantSubject, Opened, Subject

if TYPE_CHECKING:
    from rich.console import Console

SHOWN = (
    "recall@1", "recall@3", "recall@5", "mrr@10", "right_decline", "false_decline", "auroc", "aurc",
    "cites_gold", "citation_precision", "states_answer", "token_recall", "p50_ms", "p95_ms",
)  # fmt: skip

_EXTRA = (
    Measure(
        "cites_gold", "Cites a gold passage", "higher", "Answers given that cite at least one gold span.", "Citing all."
    ),
    Measure(
        "states_answer", "States an accepted answer", "higher", "Answers given that hold one word for word.", "Length."
    ),
    Measure("token_recall", "Answer words", "higher", "Words of the best accepted answer that are said.", "Length."),
)
_MEASURES = MEASURES | {measure.name: measure for measure in _EXTRA}


@dataclass(frozen=True)
class Row:
    """One question of a set, with its gold as spans of the documents it is asked about."""

    id: str
    question: str
    history: tuple[Turn, ...]
    answers: tuple[str, ...]
    answerable: bool
    gold: tuple[GoldSet, ...]


@dataclass(frozen=True)
class Part:
    """The questions on one set of documents."""

    name: str
    documents: Mapping[str, SourceText]
    rows: tuple[Row, ...]


def run_external(options: argparse.Namespace, console: "Console", data_dir: Path) -> int:
    """The command: run the file and print its figures."""
    from rich.progress import Progress

    parts = read_parts(options.file, options.corpus, options.limit)
    with (
        tempfile.TemporaryDirectory(prefix="evals-external-") as scratch,
        Progress(console=console, transient=True) as bar,
    ):
        task = bar.add_task("asking", total=sum(len(part.rows) for part in parts))
        subject = AssistantSubject(options.answerer, data_dir)
        observations = []
        for observation in ask_parts(parts, subject, Path(scratch)):
            observations.append(observation)
            bar.advance(task)
    asked = len(observations)
    for line in summary(options.file.stem, observations):
        console.print(line, markup=False)
    there = len([row for _, row in _lines(options.file)][: options.limit])
    if asked < there:
        console.print(f"  {there - asked} rows without any passage were left out", markup=False)
    if options.json:
        rows = [{"id": o.id, "scores": o.scores, "error": o.error, "wall_ms": o.wall_ms} for o in observations]
        options.json.write_text(
            json.dumps({"figures": figures(observations), "rows": rows}, indent=1), encoding="utf-8"
        )
    return 0


def read_parts(path: Path, corpus: Path | None = None, limit: int | None = None) -> list[Part]:
    """The questions by the documents they are asked about. Raises EvalsError that names the line.

    A row whose `context` is empty asks about nothing and is left out.
    """
    rows = [row for _, row in _lines(path)][:limit]
    if not rows:
        raise EvalsError(f"{path}: there are no questions in it")
    missing = next((n for n, row in enumerate(rows, 1) if "context" not in row and "corpus" not in row), None)
    if missing:
        raise EvalsError(f"{path}:{missing}: the row has neither `context` nor `corpus`")
    inline = [row for row in rows if row.get("context")]
    parts = [_inline(list(group)) for _, group in groupby(inline, key=lambda row: json.dumps(row["context"]))]
    stored = [row for row in rows if "context" not in row]
    if stored:
        passages = _passages(corpus or _corpus_beside(path))
        names = dict.fromkeys(row["article"] for row in stored)
        parts += [_article(name, [row for row in stored if row["article"] == name], passages) for name in names]
    return parts


def ask_parts(parts: Sequence[Part], subject: Subject, scratch: Path) -> Iterator[Observation]:
    """Every question once, one set of documents at a time."""
    for number, part in enumerate(parts):
        folder = scratch / f"set-{number:04}"
        write_article(part.documents, folder)
        # A set that cannot be opened leaves its own questions unscored, and no others.
        opening = _blank(part, part.rows[0])
        opened = attempt(opening, partial(subject.open_briefly, folder))
        for row in part.rows:
            if opened is None:
                yield replace(_blank(part, row), error=opening.error)
            else:
                yield _ask(opened, part, row)


def figures(observations: Sequence[Observation]) -> dict[str, dict[str, float]]:
    """Every figure that applies, with n and its 95 % interval."""
    found = {}
    for name in SHOWN:
        value = _MEASURES[name].value(observations)
        if value and value.n:
            found[name] = {
                "value": round(value.mean, 4),
                "low": round(value.low, 4),
                "high": round(value.high, 4),
                "n": value.n,
            }
    return found


def summary(name: str, observations: Sequence[Observation]) -> list[str]:
    """The figures as lines of text."""
    able = sum("false_decline" in o.scores for o in observations)
    errors = [o for o in observations if o.error]
    answered = sum(o.answer is not None and o.answer["status"] == "answered" for o in observations)
    documents = len({o.article for o in observations})
    lines = [
        f"{name}: {len(observations)} questions on {documents} sets of documents, {able} answerable; "
        f"{answered} answered, {len(observations) - answered - len(errors)} declined, {len(errors)} unscored"
    ]
    for key, row in figures(observations).items():
        measure = _MEASURES[key]
        if measure.unit == "ms":
            lines.append(f"  {measure.title:<26} {row['value']:8.0f}")
        else:
            lines.append(
                f"  {measure.title:<26} {row['value']:8.3f}  95 % {row['low']:.3f} to {row['high']:.3f}  n {row['n']}"
            )
    return lines + [f"  {o.id}: {o.error}" for o in errors[:5]]


def _ask(opened: Opened, part: Part, row: Row) -> Observation:
    o = _blank(part, row)
    answer = measure_answer(opened, row.question, row.history, o)
    if answer is None:
        return o
    declined = answer.status != "answered"
    o.scores["confidence"] = answer.confidence
    o.scores["loss"] = _loss(answer, row)
    if not row.answerable:
        o.scores["right_decline"] = float(declined)
        return o
    o.scores["false_decline"] = float(declined)
    if row.gold:
        ranked = opened.search(answer.standalone_question, 20)
        ranking = {f"recall@{k}": metrics.recall_at(ranked, row.gold, k) for k in (1, 3, 5)}
        ranking["mrr@10"] = metrics.reciprocal_rank(ranked, row.gold)
        o.scores.update({name: value for name, value in ranking.items() if value is not None})
    if declined:
        return o
    if row.gold:
        cited = spans(answer.citations)
        o.scores["cites_gold"] = float((metrics.citation_recall(cited, row.gold) or 0.0) > 0)
        o.scores["citation_precision"] = metrics.citation_precision(cited, row.gold) or 0.0
    if row.answers:
        said = said_by(answer)
        o.scores["states_answer"] = float(metrics.mentions_any(said, row.answers))
        o.scores["token_recall"] = max(metrics.token_recall(said, accepted) for accepted in row.answers)
    return o


def _blank(part: Part, row: Row) -> Observation:
    return Observation(
        id=row.id, probe="case", case=row.id, article=part.name,
        kind="answerable" if row.answerable else "unanswerable",
        split="", group=row.id, where="", digest="", question=row.question,
    )  # fmt: skip


def _loss(answer: Answer, row: Row) -> float:
    """As `grading.loss`: wrong when unanswerable; else right when a gold span is cited, or nearest to a decline."""
    if not row.answerable:
        return 1.0
    if row.gold:
        shown = spans(answer.citations if answer.status == "answered" else answer.nearest)
        return float(not metrics.citation_recall(shown, row.gold))
    said = said_by(answer) if answer.status == "answered" else " ".join(c.quote for c in answer.nearest)
    return float(not metrics.mentions_any(said, row.answers))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvalsError(f"{path} cannot be read: {error}") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError as error:
                raise EvalsError(f"{path}:{number}: not JSON: {error}") from error
            if not isinstance(row, dict):
                raise EvalsError(f"{path}:{number}: a row is a JSON object")
            yield number, row


def _corpus_beside(path: Path) -> Path:
    beside = path.with_name(f"{path.stem}_corpus.jsonl")
    if not beside.is_file():
        raise EvalsError(f"The passages of {path.name} are not in {beside.name}; name their file with --corpus.")
    return beside


def _passages(path: Path) -> dict[str, dict[str, Any]]:
    return {row["doc_id"]: row for _, row in _lines(path)}


def _article(name: str, rows: Sequence[Mapping[str, Any]], passages: Mapping[str, Mapping[str, Any]]) -> Part:
    """All paragraphs of the article as one document, in their order."""
    offsets: dict[str, tuple[str, int]] = {}
    text = ""
    for doc_id, passage in passages.items():
        if passage["article"] == name:
            text += "\n\n" * bool(text)
            offsets[doc_id] = ("article", len(text))
            text += _clean(passage["text"])
    documents = {"article": _source("article", name, text)}
    return Part(name, documents, tuple(_row(row, offsets, documents) for row in rows))


def _inline(rows: Sequence[Mapping[str, Any]]) -> Part:
    """The passages of one row as an article and its sources."""
    offsets, documents = {}, {}
    for number, passage in enumerate(rows[0]["context"]):
        document = "article" if number == 0 else f"passage-{number}"
        offsets[passage["doc_id"]] = (document, 0)
        documents[document] = _source(document, passage.get("title") or passage["doc_id"], _clean(passage["text"]))
    return Part(str(rows[0]["id"]), documents, tuple(_row(row, offsets, documents) for row in rows))


def _row(row: Mapping[str, Any], offsets: Mapping[str, tuple[str, int]], documents: Mapping[str, SourceText]) -> Row:
    facts: list[Fact] = []
    for gold in row.get("gold", ()):
        if gold["doc_id"] not in offsets:
            continue
        document, base = offsets[gold["doc_id"]]
        if "start" not in gold:
            facts.append((Span(document, base, len(documents[document].text)),))
        elif documents[document].text[base + gold["start"] : base + gold["end"]] == gold["text"]:
            facts.append((Span(document, base + gold["start"], base + gold["end"]),))
        elif (at := documents[document].text.find(gold["text"], base)) >= 0:
            facts.append((Span(document, at, at + len(gold["text"])),))
    answers = tuple(answer for answer in row.get("answers", ()) if answer.strip())
    # Several short answers are several people's words for one fact; several sentences are one answer together.
    alternatives = all(gold.get("text") in answers for gold in row.get("gold", ()))
    sets = tuple((fact,) for fact in facts) if alternatives else (tuple(facts),) if facts else ()
    turns = tuple(Turn(role=turn["role"], text=turn["text"]) for turn in row.get("history", ()))
    return Row(str(row["id"]), row["question"], turns, answers, bool(row["answerable"]), sets)


def _source(document: str, title: str, text: str) -> SourceText:
    fields = {"id": document, "title": title, "text": text, "kind": "article" if document == "article" else "passage"}
    return SourceText.of(fields | {"publisher": "Question set", "published": "2020"})


def _clean(text: str) -> str:
    """Control characters become spaces, one for one, and outer blank lines go, as the corpus demands."""
    return body("".join(c if c >= " " or c in "\n\t" else " " for c in text.replace("\x7f", " "))) or "(empty)"
