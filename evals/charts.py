"""Inline SVG, drawn here: no library, no network. Every chart says in words what it shows."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 400, 250
LEFT, RIGHT, TOP, BOTTOM = 40, 12, 14, 34
CROWN = 0.88
"""Height of the highest bar of a histogram, so that its marks are named above it."""


def risk_coverage(points: Sequence[tuple[float, float]], operating: tuple[float, float] | None, title: str) -> str:
    """The risk (share of wrong answers) among the most confident answers, for every share answered.

    `operating` is (coverage, risk) at the threshold in use. The dashed line is the risk without any skill in ordering,
    the dotted one the best any ordering could do.
    """
    if not points:
        return ""
    top = max(0.1, ceil(max(risk for _, risk in points) * 10) / 10)
    base = points[-1][1]
    curve = " ".join(f"{_x(coverage):.1f},{_y(risk, top):.1f}" for coverage, risk in _thinned(points))
    right = 1 - base
    ideal = " ".join(
        f"{_x(c):.1f},{_y(0.0 if c <= right else (c - right) / c, top):.1f}"
        for c in [right, *(right + (1 - right) * i / 24 for i in range(1, 25))]
    )
    first_x, first_y = _x(points[0][0]), _y(points[0][1], top)
    parts = [_frame(top, "share of questions answered", "risk")]
    parts.append(
        f'<line class="base" x1="{_x(0):.1f}" x2="{_x(1):.1f}" y1="{_y(base, top):.1f}" y2="{_y(base, top):.1f}"/>'
    )
    parts.append(f'<polyline class="ideal" points="{_x(0):.1f},{_y(0, top):.1f} {ideal}"/>')
    floor_y = _y(0, top)
    parts.append(f'<polygon class="area" points="{first_x:.1f},{floor_y:.1f} {curve} {_x(1):.1f},{floor_y:.1f}"/>')
    parts.append(f'<polyline class="curve" points="{first_x:.1f},{first_y:.1f} {curve}"/>')
    said = f"Risk is {points[0][1]:.2f} for the surest answer and {base:.2f} when every question is answered."
    if operating:
        x, y = _x(operating[0]), _y(operating[1], top)
        parts.append(f'<line class="drop" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{floor_y:.1f}"/>')
        parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>')
        anchor, shift = ("end", -6) if operating[0] > 0.5 else ("start", 6)
        parts.append(
            f'<text class="mark" x="{x + shift:.1f}" y="{TOP + 10}" text-anchor="{anchor}">'
            f"in use: {operating[0]:.0%} answered, risk {operating[1]:.2f}</text>"
        )
        said += f" At the threshold in use {operating[0]:.0%} are answered at a risk of {operating[1]:.2f}."
    return _svg("".join(parts), title, said)


def histogram(values: Sequence[float], unit: str, title: str, marks: Sequence[tuple[str, float]] = ()) -> str:
    """How many values fall in each of some twenty bins of a round width; the last holds all above p99."""
    if not values:
        return ""
    ordered = sorted(values)
    top = ordered[max(0, ceil(len(ordered) * 0.99) - 1)] or 1.0
    width = _round_width(top / 18)
    bins = max(1, ceil(top / width - 1e-9))
    counts = [0] * bins
    for value in ordered:
        counts[min(bins - 1, int(value / width))] += 1
    most = max(counts)
    inner = (WIDTH - LEFT - RIGHT) / bins
    parts = [_axis_x([(i / bins, f"{i * width:g}") for i in range(0, bins + 1, max(1, ceil(bins / 6)))], unit)]
    for step in (0, most):
        parts.append(
            f'<text class="tick" x="{LEFT - 6}" y="{_y(CROWN * step / most, 1) + 3.5:.1f}" '
            f'text-anchor="end">{step}</text>'
        )
    for number, count in enumerate(counts):
        if count:
            y = _y(CROWN * count / most, 1)
            parts.append(
                f'<rect class="bar" x="{LEFT + number * inner + 0.75:.1f}" y="{y:.1f}" '
                f'width="{max(1.0, inner - 1.5):.1f}" '
                f'height="{_y(0, 1) - y:.1f}"><title>{number * width:g} to {(number + 1) * width:g} '
                f"{escape(unit)}: {count}</title></rect>"
            )
    for number, (name, value) in enumerate(marks):
        x = LEFT + min(1.0, value / (bins * width)) * (WIDTH - LEFT - RIGHT)
        anchor, shift = ("end", -4) if x > WIDTH * 0.7 else ("start", 4)
        parts.append(f'<line class="drop" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6 + 14 * number}" y2="{_y(0, 1):.1f}"/>')
        label = f"{escape(name)} {value:.0f} {escape(unit)}"
        parts.append(
            f'<text class="mark" x="{x + shift:.1f}" y="{TOP + 2 + 14 * number:.1f}" '
            f'text-anchor="{anchor}">{label}</text>'
        )
    said = "; ".join(f"{name} {value:.0f} {unit}" for name, value in marks)
    return _svg("".join(parts), title, f"{len(values)} values. {said}")


def interval_bar(mean: float, low: float, high: float, target: float | None = None, tone: str = "") -> str:
    """A share from 0 to 1 as a bar, its interval as a line over it, its target as a tick; for numbers beside it."""
    tick = (
        f'<line class="target" x1="{target * 100:.2f}" x2="{target * 100:.2f}" y1="0" y2="12"/>'
        if target is not None
        else ""
    )
    return (
        f'<svg class="interval {escape(tone)}" viewBox="0 0 100 12" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
        '<rect class="track" x="0" y="4" width="100" height="4"/><rect class="fill" x="0" y="4" '
        f'width="{mean * 100:.2f}" height="4"/>'
        f'<rect class="range" x="{low * 100:.2f}" y="5.25" width="{max(0.4, (high - low) * 100):.2f}" '
        f'height="1.5"/>{tick}</svg>'
    )


def difference_bar(difference: float, low: float, high: float, scale: float, tone: str) -> str:
    """A difference around 0 with its interval; `scale` is the largest difference of the picture."""

    def at(value: float) -> float:
        return 50 + 48 * max(-1.0, min(1.0, value / scale))

    return (
        f'<svg class="interval {escape(tone)}" viewBox="0 0 100 12" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
        f'<line class="zero" x1="50" x2="50" y1="0" y2="12"/><rect class="range" x="{at(low):.2f}" y="5.25" '
        f'width="{max(0.4, at(high) - at(low)):.2f}" height="1.5"/><rect class="fill" '
        f'x="{at(difference) - 1:.2f}" y="2.5" width="2" height="7"/></svg>'
    )


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _thinned(points: Sequence[tuple[float, float]], most: int = 240) -> Sequence[tuple[float, float]]:
    step = max(1, len(points) // most)
    return [*points[::step], points[-1]]


def _frame(top: float, name_x: str, name_y: str) -> str:
    steps = 4 if round(top * 10) % 4 == 0 else (3 if round(top * 10) % 3 == 0 else 2 if round(top * 10) % 2 == 0 else 1)
    parts = []
    for step in range(steps + 1):
        value = top * step / steps
        y = _y(value, top)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{value:.1f}</text>')
    parts.append(f'<text class="name" x="{LEFT}" y="{TOP - 5}">{escape(name_y)}</text>')
    return "".join(parts) + _axis_x([(i / 4, f"{i * 25} %") for i in range(5)], name_x)


def _axis_x(ticks: Sequence[tuple[float, str]], name: str) -> str:
    base = HEIGHT - BOTTOM
    parts = [f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{base}" y2="{base}"/>']
    for share, label in ticks:
        anchor = "end" if share > 0.97 else "middle"
        parts.append(
            f'<text class="tick" x="{_x(share):.1f}" y="{base + 14}" text-anchor="{anchor}">{escape(label)}</text>'
        )
    parts.append(
        f'<text class="name" x="{(LEFT + WIDTH - RIGHT) / 2:.1f}" y="{HEIGHT - 4}" '
        f'text-anchor="middle">{escape(name)}</text>'
    )
    return "".join(parts)


def _svg(inner: str, title: str, said: str) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}. '
        f'{escape(said)}">{inner}</svg>'
    )


def _round_width(raw: float) -> float:
    """The next 1, 2 or 5 times a power of ten."""
    power: float = 10.0 ** floor(log10(max(raw, 1e-9)))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= raw - 1e-12)
