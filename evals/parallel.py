"""A run over two processes: the same numbers as one, in about half the time.

Groups of related cases stay together and are dealt out by a fixed rule, so that neither the number of cores nor their
speed changes what is measured.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, get_args

from evals.cases import LoadedCase, LoadedClaim
from evals.results import Observation, Probe, Run
from evals.runner import Extra, Progress, Runner, digest_of
from evals.subject import Answerer, AssistantSubject

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

PARTS = 2


@dataclass(frozen=True)
class Part:
    """What one process does."""

    cases: tuple[LoadedCase, ...]
    claims: tuple[LoadedClaim, ...]
    answerer: Answerer
    data_dir: Path
    extras: frozenset[Extra]
    folders: Mapping[str, Path]


def run_parts(
    cases: Sequence[LoadedCase],
    claims: Sequence[LoadedClaim],
    *,
    answerer: Answerer,
    data_dir: Path,
    suites: Sequence[str],
    split: str,
    extras: Collection[Extra],
    folders: Mapping[str, Path],
    progress: Progress,
) -> Run:
    """Run the assistant over cases of the articles in `folders`.

    Both processes index edited articles in memory and share one store to read.
    """
    started = time.perf_counter()
    subject = AssistantSubject(answerer, data_dir, reread=True)
    for article in sorted({loaded.article for loaded in cases} | {loaded.claim.article for loaded in claims}):
        # Indexed before the processes start, so that they do not wait for one another.
        subject.open(folders[article])
    parts = [
        Part(tuple(share), tuple(claims) if number == PARTS - 1 else (), answerer, data_dir, frozenset(extras), folders)
        for number, share in enumerate(shares(cases))
    ]
    runs = _both(parts, len(cases) + len(claims) * ("claims" in extras), progress)
    return merged(runs, cases, suites, split, round(time.perf_counter() - started, 2))


def shares(cases: Sequence[LoadedCase]) -> list[list[LoadedCase]]:
    """The cases dealt out by group: each group, in the order of its name, to the share with the least to do."""
    by_group: dict[str, list[LoadedCase]] = {}
    for loaded in cases:
        by_group.setdefault(f"{loaded.article}/{loaded.group}", []).append(loaded)
    found: list[list[LoadedCase]] = [[] for _ in range(PARTS)]
    weights = [0] * PARTS
    for name in sorted(by_group):
        lightest = weights.index(min(weights))
        found[lightest] += by_group[name]
        # An edited article is indexed for its one question, which takes as long as several questions.
        weights[lightest] += sum(5 if loaded.case.edited else 1 for loaded in by_group[name])
    return found


def merged(runs: Sequence[Run], cases: Sequence[LoadedCase], suites: Sequence[str], split: str, seconds: float) -> Run:
    """One run of several, in the order of the case set."""
    place = {loaded.id: number for number, loaded in enumerate(cases)}
    probes = {probe: number for number, probe in enumerate(get_args(Probe))}
    observations: list[Observation] = [o for run in runs for o in run.observations]
    observations.sort(key=lambda o: (probes[o.probe], place.get(o.case, len(place)), o.id))
    return replace(
        runs[0],
        suites=tuple(suites),
        split=split,
        observations=tuple(observations),
        digest=digest_of(observations),
        seconds=seconds,
    )


def _both(parts: Sequence[Part], total: int, progress: Progress) -> list[Run]:
    context = multiprocessing.get_context("spawn")
    done: Queue[int] = context.Queue()
    with ProcessPoolExecutor(PARTS, mp_context=context, initializer=_remember, initargs=(done,)) as pool:
        futures = [pool.submit(_run, part) for part in parts]
        count = 0
        while not all(future.done() for future in futures):
            try:
                count += done.get(timeout=0.2)
                progress(count, total)
            except Empty:
                continue
        return [future.result() for future in futures]


_done: Any = None


def _remember(done: "Queue[int]") -> None:
    global _done
    _done = done


def _run(part: Part) -> Run:
    with tempfile.TemporaryDirectory(prefix="evals-") as scratch:
        runner = Runner(AssistantSubject(part.answerer, part.data_dir), part.folders, Path(scratch))
        return runner.run(part.cases, part.claims, extras=part.extras, progress=lambda *_: _done.put(1))
