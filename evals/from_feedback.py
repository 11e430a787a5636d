"""From a reader's thumbs-down to a candidate case: the question as asked, with a proposed gold span for an editor.

A candidate is a comment-rich YAML file outside the case set. The editor corrects it, moves it into
`evals/cases/<article>/`, and it can stop a release from then on. Nothing enters the set by itself.
"""

import argparse
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from evals.errors import EvalsError

if TYPE_CHECKING:
    from rich.console import Console

    from assistant.feedback import Row

PROPOSED = 3
"""Passages put forward as gold."""

_WRONG_ANSWER = "It answered; if that was wrong, correct `gold`, or make the status abstained."
_WRONG_DECLINE = (
    "It declined; if the documents answer, keep the right passage and name the fact, else make it abstained."
)


def run_from_feedback(options: argparse.Namespace, console: "Console", data_dir: Path) -> int:
    """The command: list the complaints, or write candidates for the chosen ones."""
    from assistant.feedback import Feedback
    from assistant.settings import load_settings

    path = options.store or load_settings().data_dir / "feedback.sqlite3"
    if not path.is_file():
        raise EvalsError(f"There is no feedback in {path} yet. The app writes it when a reader presses thumbs-down.")
    rows = [row for row in Feedback(path).rows() if row.rating == "down"]
    if options.ids:
        missing = sorted(set(options.ids) - {row.id for row in rows})
        if missing:
            raise EvalsError(f"There is no complaint {', '.join(map(str, missing))}; `--list` shows those there are.")
        rows = [row for row in rows if row.id in options.ids]
    if options.list or not rows:
        for row in rows:
            console.print(
                f"{row.id:>5}  {row.created[:10]}  {row.article}: {row.question}  {row.comment}".rstrip(), markup=False
            )
        console.print(f"{len(rows)} complaints in {path}", markup=False)
        return 0
    out = options.out or data_dir / "candidates" / "from-feedback.yaml"
    write_candidates([candidate(row) for row in rows], out)
    console.print(f"{len(rows)} candidates in {out}. Correct them, then move them into evals/cases/.", markup=False)
    return 0


def candidate(row: "Row") -> dict[str, Any]:
    """A case as far as a machine can write it; `reviewed: false`, and what an editor must decide said in `note`."""
    answer: Mapping[str, Any] = json.loads(row.answer)
    answered = answer["status"] == "answered"
    shown = answer["citations"] if answered else answer["nearest"]
    proposed = [[{"document": c["document"], "quote": c["quote"]}] for c in shown[:PROPOSED]]
    history = json.loads(row.history)
    advice = _WRONG_ANSWER if answered else _WRONG_DECLINE
    case: dict[str, Any] = {
        "id": f"fb-{_slug(row.article)}-{row.id:04}",
        "question": row.question,
        "kind": "follow-up" if history else "fact-article",
        "status": "answered",
        "nuggets": [{"text": "what must be said", "vital": True, "any": ["words that say it"]}],
        "gold": proposed or [[{"document": "article", "quote": "the sentence that answers"}]],
        "provenance": {"author": "reader", "date": row.created[:10], "method": "feedback", "reviewed": False},
        "note": f"{advice} The reader: {row.comment or 'no comment'} · app {row.app_version}, text "
        f"{row.article_version[:12]}.",
    }
    if history:
        case["history"] = [{"role": turn["role"], "text": turn["text"]} for turn in history]
        case["standalone"] = answer["standalone_question"]
    return case


def write_candidates(cases: Sequence[Mapping[str, Any]], out: Path, heading: Iterable[str] = ()) -> None:
    """Candidates as YAML for a person to edit, each with its own line breaks and nothing folded."""
    out.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"# {line}"
        for line in heading or ("Candidates from readers. Not part of the case set until you move them there.",)
    ]
    for case in cases:
        lines.append("")
        lines.append(yaml.safe_dump([dict(case)], allow_unicode=True, sort_keys=False, width=10_000).rstrip())
    out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "article"
