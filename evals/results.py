"""What a run found, case by case, and its file form. A comparison needs nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from evals.errors import EvalsError

Probe = Literal["case", "standalone", "removed", "swapped", "claim"]
"""`case`: asked as written. `standalone`: a follow-up asked as a question of its own. `removed`, `swapped`: a case
asked again with its evidence taken out or its number changed. `claim`: a labelled claim, shown to the verifier."""


@dataclass
class Observation:
    """One question asked once (or one claim checked), and what came of it."""

    id: str
    probe: Probe
    case: str
    article: str
    kind: str
    split: str
    group: str
    where: str
    digest: str
    question: str
    must_pass: bool = False
    history: list[dict[str, str]] = field(default_factory=list)
    expected: dict[str, Any] = field(default_factory=dict)
    """What the case asks for, in words, for the report."""
    answer: dict[str, Any] | None = None
    error: str | None = None
    """The exception, when asking raised one."""
    scores: dict[str, float] = field(default_factory=dict)
    unscored: dict[str, str] = field(default_factory=dict)
    """Metrics that apply but could not be measured, and why."""
    failures: list[str] = field(default_factory=list)
    """Why the case is not passed, each a sentence; empty when it is."""
    remarks: list[str] = field(default_factory=list)
    """Worth a look, but not against the case."""
    wall_ms: float = 0.0

    @property
    def passed(self) -> bool:
        return self.error is None and not self.failures


@dataclass(frozen=True)
class Run:
    """All observations of one run, in the order of the case set."""

    answerer: str
    suites: tuple[str, ...]
    split: str
    digest: str
    """Over all cases and texts measured; two runs on the same set have the same."""
    observations: tuple[Observation, ...]
    created: str = ""
    seconds: float = 0.0
    judge: Mapping[str, Any] | None = None

    def of(self, probe: Probe) -> tuple[Observation, ...]:
        return tuple(o for o in self.observations if o.probe == probe)

    @property
    def articles(self) -> tuple[str, ...]:
        return tuple(sorted({o.article for o in self.observations}))


def clusters(observations: Sequence[Observation]) -> list[str]:
    """Unit that intervals draw: the article where there are at least ten, else the group of cases.

    A bootstrap over three articles has three points and covers far less than it says. With few articles the intervals
    are therefore about more questions on these articles, not about other articles, and the report says so.
    """
    articles = {o.article for o in observations}
    return [o.article if len(articles) >= 10 else f"{o.article}/{o.group}" for o in observations]


def write_run(run: Run, path: Path) -> None:
    """results.json: everything, with timings."""
    content = asdict(run) | {"schema": 1}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read_run(path: Path) -> Run:
    """A run from its results.json, or from the folder that holds it. Raises EvalsError that names the file."""
    path = path / "results.json" if path.is_dir() else path
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.pop("schema") != 1:
            raise ValueError("it has another schema")
        observations = tuple(Observation(**observation) for observation in content.pop("observations"))
        return Run(**(content | {"suites": tuple(content["suites"])}), observations=observations)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EvalsError(f"{path} is not a run that can be read: {error}. Give the folder that --out wrote.") from error
