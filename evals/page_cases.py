"""The cases of the report page: question, answer, cited words marked in their context, what was expected, why not."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from evals.metrics import fold
from evals.results import Observation

_PROBE = {
    "case": "", "standalone": "asked alone", "removed": "evidence removed", "swapped": "number swapped",
    "claim": "claim",
}  # fmt: skip
_STATUS = {"answered": "Answered", "abstained": "Declined", "clarify": "Asked back"}


def case_list(observations: Sequence[Observation]) -> str:
    """The last section: a filter and every observation, those not passed first."""
    ordered = sorted(observations, key=lambda o: (o.passed, o.probe != "case", o.kind, o.id))
    kinds = _options({o.kind for o in observations})
    articles = _options({o.article for o in observations})
    items = "".join(_case(observation) for observation in ordered)
    return (
        '<section id="cases" aria-labelledby="cases-title"><h2 id="cases-title">Every case</h2>'
        '<p class="lede">Cited words are marked where they stand. A green edge: the passage is one that '
        "answers; amber: it is not.</p>"
        '<form class="filter" hidden><label class="search">Search<input type="search" name="search" autocomplete="off" '
        'placeholder="words of the question, the answer or an id"></label><label>Show<select '
        'name="show"><option value="failed">Not '
        'passed</option><option value="all">All</option><option value="must">Must pass</option><option '
        'value="unscored">Unscored</option>'
        '<option value="remark">With a remark</option></select></label><label>Kind<select '
        f'name="kind">{kinds}</select></label>'
        f'<label>Article<select name="article">{articles}</select></label><label>Split<select '
        'name="split"><option value="">All</option>'
        '<option>dev</option><option>test</option></select></label><output aria-live="polite"></output></form>'
        f"{items}</section>"
    )


def _options(names: Iterable[str]) -> str:
    return '<option value="">All</option>' + "".join(f"<option>{escape(name)}</option>" for name in sorted(names))


def _case(o: Observation) -> str:
    answer = o.answer or {}
    states = ["passed" if o.passed else "failed"]
    states += ["must"] * o.must_pass + ["unscored"] * bool(o.error or o.unscored) + ["remark"] * bool(o.remarks)
    reasons = [*o.failures, *filter(None, [o.error])]
    search = fold(" ".join((o.id, o.kind, o.question, str(answer.get("text", "")), *reasons)))
    tone, tag = ("good", "Passed") if o.passed else ("warn", "Error") if o.error else ("bad", "Failed")
    probe = f" · {_PROBE[o.probe]}" if _PROBE[o.probe] else ""
    why = f'<span class="why">{escape("; ".join(reasons))}</span>' if reasons else ""
    return (
        f'<details class="case" id="c-{escape(o.id)}" data-state="{" ".join(states)}" data-kind="{escape(o.kind)}" '
        f'data-article="{escape(o.article)}" data-split="{escape(o.split)}" data-text="{escape(search)}"><summary>'
        f'<span class="tag {tone}">{tag}</span><span class="asked">{escape(o.question)}</span>'
        f'<span class="id">{escape(o.case)}{probe}</span>{why}</summary><div '
        f'class="body"><div>{_answer_column(o, answer)}</div>'
        f"<div>{_expected_column(o)}</div></div></details>"
    )


def _answer_column(o: Observation, answer: Mapping[str, Any]) -> str:
    parts = []
    if o.history:
        turns = "".join(
            f'<p class="turn"><b>{escape(turn["role"].capitalize())}:</b> {escape(turn["text"])}</p>'
            for turn in o.history
        )
        parts.append(f"<h4>Before</h4>{turns}")
    if o.probe == "claim":
        cited = "".join(f"<blockquote>{escape(quote)}</blockquote>" for quote in o.expected["cited"])
        return f"<h4>Claim</h4><p>{escape(o.question)}</p><h4>Sentences it is said to rest on</h4>{cited}"
    if not answer:
        return "".join((*parts, "<h4>Answer</h4><p>None; asking raised an error.</p>"))
    standalone = answer["standalone_question"]
    if standalone != answer["question"]:
        parts.append(f"<h4>Understood as</h4><p>{escape(standalone)}</p>")
    premise = ", premise corrected" if answer["premise"] else ""
    parts.append(
        f"<h4>{_STATUS[answer['status']]}{premise} · confidence {answer['confidence']:.2f}</h4>"
        f'<p class="said">{escape(answer["text"])}</p>'
    )
    supporting = o.expected.get("supporting")
    parts += [_citation(citation, supporting) for citation in answer["citations"]]
    if not answer["citations"] and answer["nearest"]:
        parts.append("<h4>Nearest passages</h4>")
        parts += [_citation(citation, None) for citation in answer["nearest"]]
    for withheld in answer["withheld"]:
        parts.append(f'<p class="score">Withheld: {escape(withheld["text"])} ({escape(withheld["reason"])})</p>')
    return "".join(parts)


def _citation(citation: Mapping[str, Any], supporting: Sequence[int] | None) -> str:
    side = "" if supporting is None else "supports" if citation["number"] in supporting else "beside"
    speaker = f" · {citation['speaker']}, {citation['voice']}" if citation["speaker"] else ""
    source = (
        f"[{citation['number']}] {citation['document']} · {citation['publisher']}, {citation['published']}{speaker}"
    )
    before = f"… {citation['prefix'].lstrip()}" if citation["start"] > len(citation["prefix"]) else citation["prefix"]
    after = f"{citation['suffix'].rstrip()} …" if citation["suffix"].strip() else citation["suffix"]
    return (
        f'<blockquote class="{side}">{escape(before)}<mark>{escape(citation["quote"])}</mark>'
        f"{escape(after)}<footer>{escape(source)}</footer></blockquote>"
    )


def _expected_column(o: Observation) -> str:
    wanted = o.expected
    parts = []
    lines = []
    if o.probe == "claim":
        lines.append(f"The claim is labelled {wanted['label']}.")
    elif o.probe == "removed":
        lines.append("Decline, or state the facts from another passage: the evidence was taken out of the documents.")
    elif o.probe == "swapped":
        lines.append("Follow the documents, in which a number was changed.")
    else:
        lines.append(" or ".join(wanted["status"]).capitalize())
    for name, label in (("speaker", "said by"), ("hedge", "hedged by"), ("conflict", "conflict between")):
        if wanted.get(name):
            lines.append(f"{label} {' or '.join(wanted[name]) if name != 'conflict' else ' and '.join(wanted[name])}")
    parts.append(f"<h4>Expected</h4>{''.join(f'<p>{escape(line)}</p>' for line in lines)}")
    if wanted.get("nuggets"):
        checks = "".join(_nugget(nugget) for nugget in wanted["nuggets"])
        parts.append(f'<h4>Facts</h4><ul class="checks">{checks}</ul>')
    parts.append(_gold(wanted.get("gold", ())))
    if o.remarks:
        parts.append(f"<h4>Remarks</h4><ul>{_items(o.remarks)}</ul>")
    if wanted.get("note"):
        parts.append(f"<h4>Note</h4><p>{escape(wanted['note'])}</p>")
    scores = " · ".join(f"{name} {score:.2f}" for name, score in sorted(o.scores.items()))
    parts.append(f'<p class="score">{escape(o.where)} · {escape(o.split)}<br>{escape(scores)}</p>')
    return "".join(parts)


def _gold(sets: Sequence[Sequence[Mapping[str, str]]]) -> str:
    """The first set of passages that answers, and the others folded away."""
    shown = [
        "".join(
            f"<blockquote>{escape(q['quote'])}<footer>{escape(q['document'])}</footer></blockquote>" for q in quotes
        )
        for quotes in sets
    ]
    if not shown:
        return ""
    first = f"<h4>Passages that answer</h4>{shown[0]}"
    if not shown[1:]:
        return first
    others = "<h4>or</h4>".join(shown[1:])
    summary = "or another set" if len(shown) == 2 else f"or one of {len(shown) - 1} other sets"
    return f"{first}<details><summary>{summary}</summary>{others}</details>"


def _nugget(nugget: Mapping[str, Any]) -> str:
    okay = "" if nugget["vital"] else ' <span class="score">(good to have)</span>'
    sign = (
        ""
        if "stated" not in nugget
        else '<span class="good">✓ </span>'
        if nugget["stated"]
        else '<span class="bad">✗ </span>'
    )
    said = "" if "stated" not in nugget else "stated" if nugget["stated"] else "not stated"
    return f'<li aria-label="{escape(said + ": " + nugget["text"])}">{sign}{escape(nugget["text"])}{okay}</li>'


def _items(lines: Iterable[str]) -> str:
    return "".join(f"<li>{escape(line)}</li>" for line in lines)
