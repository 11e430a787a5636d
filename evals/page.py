"""The report as one HTML page: how good, where it fails, whether it got worse, and every case. No network, no library.

Everything that comes from a case, an article or an answer is escaped; the page's own script is the only one that its
content policy lets run.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from pathlib import Path

from evals import charts, metrics
from evals.console import amount, by_kind, met
from evals.gate import Change, Finding
from evals.measures import MEASURES, Measure
from evals.page_cases import case_list
from evals.results import Observation, Run
from evals.statistics import Interval, detectable, half_width
from evals.suites import Suite

TILES = (
    "citation_precision", "citation_recall", "vital_recall", "speaker_accuracy",
    "right_decline", "false_decline", "injection_success", "span_exactness",
)  # fmt: skip
"""Shown in this order, each support number beside the one that gives the copier or the refuser away."""

_FOLDER = Path(__file__).resolve().parent


def page(run: Run, suites: Sequence[Suite], findings: Sequence[Finding], changes: Sequence[Change]) -> str:
    """The whole page as text."""
    script, style = _asset("page.js"), _asset("page.css")
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{_sha256(script)}'; base-uri "
        "'none'; form-action 'none'"
    )
    title = f"Evals: {run.answerer}, {run.created[:10]}"
    sections = [
        _tiles(run, suites),
        _where(run),
        _worse(run, findings, changes),
        _numbers(run, suites),
        case_list(run.observations),
    ]
    return "\n".join(
        (
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{style}</style></head><body>",
            '<a class="skip" href="#cases">Skip to the cases</a>',
            _header(run, findings),
            "<main>",
            *sections,
            "</main>",
            _footer(run),
            f"<script>{script}</script></body></html>\n",
        )
    )


def _header(run: Run, findings: Sequence[Finding]) -> str:
    cases = run.of("case")
    passed = sum(o.passed for o in cases)
    unscored = sum(bool(o.error or o.unscored) for o in run.observations)
    red = sum(finding.level == "red" for finding in findings)
    open_ = sum(finding.level == "inconclusive" for finding in findings)
    level = "red" if red else "inconclusive" if open_ else "green"
    say = {
        "red": f"The gate is not passed: {_count(red, 'reason')}.",
        "inconclusive": f"The gate is passed, but {_count(open_, 'drop')} cannot be told from chance.",
        "green": "The gate is passed." if _gated(run) else "Nothing is broken. This set has no baseline and no gate.",
    }[level]
    share = f" ({passed / len(cases):.0%})" if cases else ""
    ungraded = f"{unscored} could not be graded and are in no average." if unscored else "All could be graded."
    only = f", {run.split} split only" if _gated(run) else f", {run.split.removeprefix('all ')}"
    where = f"{_count(len(run.articles), 'article')}" + ("" if run.split == "all" else escape(only))
    return (
        f'<header><h1>Evals of the article assistant</h1><p class="meta">{escape(run.answerer)} answerer · {where} · '
        f"{escape(run.created.replace('T', ' ').replace('+00:00', ' UTC'))} · {run.seconds:.0f} s</p>"
        f'<div class="verdict {level}" role="status"><p class="say">{say}</p>'
        f'<p class="count">{passed:,} of {_count(len(cases), "case")} passed{share}. {ungraded}</p></div>'
        '<nav aria-label="Sections"><a href="#good">How good</a><a href="#where">Where it fails</a>'
        '<a href="#worse">Did it get worse</a><a href="#numbers">All numbers</a><a href="#cases">Every '
        "case</a></nav></header>"
    )


def _gated(run: Run) -> bool:
    return "--set" not in run.split


def _tiles(run: Run, suites: Sequence[Suite]) -> str:
    targets = {name: target for suite in suites for name, target in suite.targets.items()}
    cases = run.of("case")
    test = [o for o in cases if o.split == "test"]
    pool = test or list(cases)
    said = "the test split, on which nothing was tuned" if test else "the dev split, which may be tuned on"
    if not _gated(run):
        said = "articles on which nothing was tuned" if test else "articles that may be tuned on"
    tiles = [
        _tile(MEASURES[name], value, targets.get(name))
        for name in TILES
        if (value := MEASURES[name].value(pool)) is not None
    ]
    return (
        f'<section id="good" aria-labelledby="good-title"><h2 id="good-title">How good is it?</h2>'
        f'<p class="lede">Measured on {said}: {_count(len(pool), "case")}. The thin line is the 95\u202f% interval, '
        f'the tick is the target.</p><div class="tiles">{"".join(tiles)}</div></section>'
    )


def _tile(measure: Measure, value: Interval, target: float | None) -> str:
    tone, goal = "", ""
    if target is not None:
        reached = met(measure, value.mean, target)
        tone = "good" if reached else "bad"
        sign = "at least" if measure.better == "higher" else "at most"
        goal = f'<span class="goal {tone}">{sign} {percent(target)}: {"met" if reached else "missed"}</span>'
    bar = charts.interval_bar(value.mean, value.low, value.high, target, tone)
    return (
        f'<div class="tile"><span class="name">{escape(measure.title)}</span>'
        f'<span class="figure">{value.mean * 100:.1f}<small>\u202f%</small></span>{bar}'
        f'<span class="about">{value.low * 100:.0f} to {percent(value.high)} · n\u202f{value.n}</span>{goal}</div>'
    )


def _where(run: Run) -> str:
    having = [o for o in run.of("case") if "loss" in o.scores]
    points = metrics.risk_coverage([o.scores["confidence"] for o in having], [o.scores["loss"] for o in having])
    answered = [o for o in having if o.answer and o.answer["status"] == "answered"]
    operating = None
    if answered:
        operating = (len(answered) / len(having), sum(o.scores["loss"] for o in answered) / len(answered))
    curve = charts.risk_coverage(points, operating, "Risk-coverage curve")
    area = MEASURES["aurc"].value(run.of("case"))
    times = [o.wall_ms for o in run.of("case") if o.answer]
    marks = [
        (name, value)
        for name, share in (("p50", 0.5), ("p95", 0.95))
        if (value := metrics.percentile(times, share)) is not None
    ]
    kinds = "".join(_kind(kind, value) for kind, value in by_kind(run))
    about = f"AURC {area.mean:.3f} ({area.low:.3f} to {area.high:.3f}). " if area else ""
    return (
        '<section id="where" aria-labelledby="where-title"><h2 id="where-title">Where does it fail?</h2>'
        '<p class="lede">Cases passed by kind, the weakest first. Choose one to see its failures.</p>'
        f'<ul class="kinds">{kinds}</ul><div class="charts" '
        'style="margin-top:36px"><figure><figcaption><h3>How wrong, if more is '
        f"answered</h3><p>{about}Dashed: no skill in knowing when to answer. Dotted: the best any order could "
        "do.</p></figcaption>"
        f"{curve}</figure><figure><figcaption><h3>How long an answer takes</h3><p>Wall time of one question, "
        "in milliseconds; "
        "every case "
        f"once.</p></figcaption>{charts.histogram(times, 'ms', 'Latency histogram', marks)}</figure></div></section>"
    )


def _kind(kind: str, value: Interval) -> str:
    tone = "bad" if value.mean < 0.7 else ""
    return (
        f'<li><button type="button" data-kind="{escape(kind)}">{escape(kind)}</button>'
        f"{charts.interval_bar(value.mean, value.low, value.high, None, tone)}"
        f'<span class="value">{value.mean:.0%}</span><span class="n">n {value.n}</span></li>'
    )


def _worse(run: Run, findings: Sequence[Finding], changes: Sequence[Change]) -> str:
    rows = "".join(_finding(finding) for finding in findings)
    parts = [
        '<section id="worse" aria-labelledby="worse-title"><h2 id="worse-title">Did it get worse?</h2>',
        '<p class="lede">What the gate found, and each gated number against the run it is compared with, case '
        "by case.</p>",
        f'<ul class="findings">{rows}</ul>',
    ]
    if changes:
        scale = max(0.02, *(max(abs(c.low), abs(c.high), abs(c.difference)) for c in changes))
        moved = [change for change in changes if change.worse or change.better]
        body = "".join(_change(change, scale) for change in moved)
        if len(moved) < len(changes):
            still = _count(len(changes) - len(moved), "gated number")
            body += f'<tr><th scope="row" colspan="9">{still} did not move in any case.</th></tr>'
        parts.append(
            '<div class="scroll" tabindex="0" role="region" aria-label="Changes"><table><thead><tr><th '
            'scope="col">Metric</th>'
            '<th scope="col" class="number">Before</th><th scope="col" class="number">Now</th><th scope="col" '
            'class="number">Difference</th>'
            '<th scope="col" class="picture"></th><th scope="col" class="number">95 %</th><th scope="col" '
            'class="number">n</th>'
            '<th scope="col" class="number">Worse</th><th scope="col" '
            f'class="number">Better</th></tr></thead><tbody>{body}</tbody></table></div>'
        )
        worse = sorted({name for change in changes for name in change.worse})
        better = sorted({name for change in changes for name in change.better})
        parts.append(
            '<div class="flips"><div><h3>Worse in some number '
            f"({len(worse)})</h3><p>{_links(worse) or 'None.'}</p></div>"
            f"<div><h3>Better in some number ({len(better)})</h3><p>{_links(better) or 'None.'}</p></div></div>"
        )
    n = len(run.of("case"))
    if n:
        parts.append(
            f'<p class="note" style="margin-top:16px">What {n} cases can show: a rate of 90 % is known to '
            f"±{half_width(n) * 100:.0f} points; "
            f"a change of about {detectable(n) * 100:.0f} points is seen four times in five. Smaller drops are "
            "called inconclusive.</p>"
        )
    return "".join((*parts, "</section>"))


def _finding(finding: Finding) -> str:
    tone = {"red": "bad", "inconclusive": "warn", "note": "", "green": "good"}[finding.level]
    ids = f'<p class="ids">{_links(finding.cases)}</p>' if finding.cases else ""
    return (
        '<li><span class="level '
        f'{tone}">{escape(finding.level.capitalize())}</span><div><p><b>{escape(finding.rule.capitalize())}.</b> '
        f"{escape(finding.text)}</p>{ids}</div></li>"
    )


def _change(change: Change, scale: float) -> str:
    gain = change.difference if change.measure.better == "higher" else -change.difference
    tone = "good" if gain > 0 else "bad" if gain < 0 else ""
    return (
        f'<tr><th scope="row">{escape(change.measure.title)} <small>{escape(change.suite)}</small></th>'
        f'<td class="number">{amount(change.measure, change.before)}</td><td '
        f'class="number">{amount(change.measure, change.after)}</td>'
        f'<td class="number {tone}">{change.difference:+.3f}</td>'
        f'<td class="picture">{charts.difference_bar(change.difference, change.low, change.high, scale, tone)}</td>'
        f'<td class="number">{change.low:+.3f} to {change.high:+.3f}</td><td class="number">{change.n}</td>'
        f'<td class="number">{len(change.worse)}</td><td class="number">{len(change.better)}</td></tr>'
    )


def _numbers(run: Run, suites: Sequence[Suite]) -> str:
    body = "".join(row for suite in suites if (selected := suite.observations(run)) for row in _suite(suite, selected))
    return (
        '<section id="numbers" aria-labelledby="numbers-title"><h2 id="numbers-title">All numbers</h2>'
        f'<p class="lede">{_method(run)}</p>{_judge_note(run)}'
        '<div class="scroll" tabindex="0" role="region" aria-label="All numbers"><table><thead><tr><th '
        'scope="col">Metric</th>'
        '<th scope="col" class="number">Value</th><th scope="col" class="picture"></th><th scope="col" '
        'class="number">95 %</th>'
        '<th scope="col" class="number">n</th><th scope="col" class="number">Unscored</th><th scope="col" '
        'class="number">Test</th>'
        f'<th scope="col" class="number">Target on test</th></tr></thead><tbody>{body}</tbody></table></div></section>'
    )


def _suite(suite: Suite, selected: Sequence[Observation]) -> Iterable[str]:
    yield (
        '<tr class="suite"><th scope="colgroup" '
        f'colspan="8">{escape(suite.title)}<small>{escape(suite.asks)}</small></th></tr>'
    )
    test = [o for o in selected if o.split == "test"]
    for measure, value in suite.values(selected):
        tested, target = measure.value(test), suite.targets.get(measure.name)
        goal = ""
        if target is not None:
            sign = "≥" if measure.better == "higher" else "≤"
            goal = f"{sign} {target:g}"
            if tested is not None:
                reached = met(measure, tested.mean, target)
                goal = f'<span class="{"good" if reached else "bad"}">{goal} {"met" if reached else "missed"}</span>'
        numbers = ("–", "", "", "0")
        if value is not None:
            width = "" if value.method == "none" else f"{amount(measure, value.low)} to {amount(measure, value.high)}"
            bar = charts.interval_bar(value.mean, value.low, value.high, target) if measure.unit == "share" else ""
            numbers = (amount(measure, value.mean), bar, width, str(value.n))
        yield (
            f'<tr><th scope="row">{escape(measure.title)}<small>{escape(measure.meaning)}</small></th>'
            f'<td class="number">{numbers[0]}</td><td class="picture">{numbers[1]}</td><td '
            f'class="number">{numbers[2]}</td>'
            f'<td class="number">{numbers[3]}</td><td class="number">{measure.unscored(selected) or ""}</td>'
            f'<td class="number">{amount(measure, tested.mean) if tested else ""}</td><td '
            f'class="number">{goal}</td></tr>'
        )


def _method(run: Run) -> str:
    unit = "articles" if len(run.articles) >= 10 else "groups of related cases"
    return f"Means with 95 % intervals: Wilson for independent yes-or-no outcomes, else a bootstrap over {unit}. " + (
        ""
        if len(run.articles) >= 10
        else f"With {_count(len(run.articles), 'article')} they speak of more questions on these, not of other "
        "articles."
    )


def _judge_note(run: Run) -> str:
    if not run.judge:
        return ""
    agreement = run.judge["agreement"]
    said = (
        f"{agreement['agree']} of {agreement['n']} labelled claims ({agreement['low']:.0%} to "
        f"{agreement['high']:.0%}), kappa {agreement['kappa']}"
    )
    return (
        f'<p class="note">Judge: {escape(str(run.judge["model"]))}. It agrees with {escape(said)}; '
        f"{run.judge['unscored']} of its verdicts could not be read and are unscored. It never decides the gate.</p>"
    )


def _judged(run: Run) -> str:
    """The judge's own numbers, in the same sentence as its agreement."""
    rows = ((MEASURES[name], MEASURES[name].value(run.of("case"))) for name in ("judge_support", "judge_correct"))
    said = [f"{m.title}: {percent(v.mean)} ({percent(v.low)} to {percent(v.high)}, n {v.n})" for m, v in rows if v]
    return escape("; ".join(said)) + "." if said else ""


def _footer(run: Run) -> str:
    return (
        f'<footer class="page"><p>Case set {escape(run.digest[:12])}. Reproduce with <code>python -m evals run '
        f"--split {escape(run.split)}</code>. "
        "A copier scores 100 % on support and a refuser 100 % on safety, so read them together.</p></footer>"
    )


def percent(share: float) -> str:
    """0.942 as "94 %", the sign kept on the line."""
    value = share * 100
    return f"{value:.0f}\u202f%"


def _links(ids: Sequence[str]) -> str:
    return ", ".join(f'<a href="#c-{escape(name)}">{escape(name)}</a>' for name in ids)


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


@cache
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
