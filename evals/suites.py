"""Suites: which observations, which metrics, what stops a release. Each is a file in `suites/`."""

import tomllib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.cases import Kind, LoadedCase
from evals.errors import EvalsError
from evals.measures import MEASURES, Measure
from evals.results import Observation, Probe, Run
from evals.runner import Extra
from evals.statistics import Interval

FOLDER = Path(__file__).resolve().parent / "suites"


class Suite(BaseModel):
    """One question about the assistant, and the numbers that answer it."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    name: str
    title: str
    asks: str
    order: int
    metrics: tuple[str, ...] = Field(min_length=1)
    gated: tuple[str, ...]
    """Metrics whose paired drop against the baseline stops a release."""
    probes: tuple[Probe, ...] = ("case",)
    extras: tuple[Extra, ...] = ()
    kinds: tuple[Kind, ...] = ()
    """Kinds of case; empty: all."""
    paired: bool = False
    """Only cases that vary another."""
    must_pass: bool = False
    """Only cases that must never fail."""
    floors: dict[str, float] = {}
    """Values to be reached, or the gate is red: 0 and 1 by every run, others by a run of the whole test split."""
    targets: dict[str, float] = {}
    """Values to be reached on the test split; shown, not enforced."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        return tuple(MEASURES[name] for name in self.metrics)

    def observations(self, run: Run) -> list[Observation]:
        """The observations of a run that this suite is about."""
        return [
            o
            for o in run.observations
            if o.probe in self.probes
            and (not self.kinds or o.kind in self.kinds)
            and (not self.must_pass or o.must_pass)
            and (not self.paired or "consistent" in o.scores or "follows_edit" in o.scores)
        ]

    def cases(self, cases: Iterable[LoadedCase]) -> list[LoadedCase]:
        """The cases that have to be asked for this suite."""
        pool = list(cases)
        if self.probes == ("claim",):
            return []
        if self.paired:
            roots = {loaded.case.pair.of for loaded in pool if loaded.case.pair}
            return [loaded for loaded in pool if loaded.case.pair or loaded.id in roots]
        return [
            loaded
            for loaded in pool
            if (not self.kinds or loaded.case.kind in self.kinds) and (not self.must_pass or loaded.case.must_pass)
        ]

    def values(self, observations: Sequence[Observation]) -> list[tuple[Measure, Interval | None]]:
        """Every metric of the suite over these observations."""
        return [(measure, measure.value(observations)) for measure in self.measures]


def load_suites(folder: Path = FOLDER) -> tuple[Suite, ...]:
    """All suites in their order. Raises EvalsError that names the file and what is wrong in it."""
    suites = []
    for path in sorted(folder.glob("*.toml")):
        try:
            suite = Suite(name=path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, ValidationError) as error:
            raise EvalsError(f"{path.name}: {error}") from error
        unknown = {*suite.metrics, *suite.gated, *suite.floors, *suite.targets} - set(MEASURES)
        stray = {*suite.gated, *suite.floors, *suite.targets} - set(suite.metrics)
        if unknown or stray:
            raise EvalsError(f"{path.name}: no metric of the suite is called {', '.join(sorted(unknown | stray))}")
        suites.append(suite)
    return tuple(sorted(suites, key=lambda suite: suite.order))
