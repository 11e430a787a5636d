"""The gate against an answerer that was broken on purpose: it goes red, and names the right case.

The honest answers are the real assistant's over the shipped cases of four kinds, asked once. Each saboteur spoils them
at the public door, as a bad change would, and the run is judged against the honest one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.schema import Answer, Article, Citation, DraftClaim, Turn, Verdict
from evals import gate
from evals.articles import ROOT, article_folders, read_article
from evals.cases import LoadedCase, load_cases
from evals.measures import with_passed
from evals.metrics import Span
from evals.results import Run
from evals.runner import Runner
from evals.subject import AssistantSubject, Opened, Subject
from evals.suites import load_suites

KINDS = ("who-said", "number", "near-miss", "injection")
SUITES = load_suites()
Spoil = Callable[[Answer, Article, str], Answer]
Memory = dict[tuple[str, str, tuple[str, ...]], Answer]


class Saboteur:
    """The real assistant, its answers spoiled. Honest answers are remembered, so that each is computed once."""

    answerer = "extractive"

    def __init__(self, honest: Subject, memory: Memory, spoil: Spoil) -> None:
        self._honest, self._memory, self._spoil = honest, memory, spoil

    def open(self, folder: Path) -> "SpoiledArticle":
        return SpoiledArticle(self._honest.open(folder), self._memory, self._spoil)

    def open_briefly(self, folder: Path, like: Path | None = None) -> "SpoiledArticle":
        return SpoiledArticle(self._honest.open_briefly(folder, like), self._memory, self._spoil)


class SpoiledArticle:
    def __init__(self, honest: Opened, memory: Memory, spoil: Spoil) -> None:
        self._honest, self._memory, self._spoil = honest, memory, spoil

    @property
    def article(self) -> Article:
        return self._honest.article

    def ask(self, question: str, history: Sequence[Turn]) -> Answer:
        key = (self.article.version, question, tuple(turn.text for turn in history))
        if key not in self._memory:
            self._memory[key] = self._honest.ask(question, history)
        return self._spoil(self._memory[key], self.article, question)

    def search(self, question: str, k: int) -> Sequence[Span]:
        return self._honest.search(question, k)

    def check(self, claim: DraftClaim) -> Verdict:
        return self._honest.check(claim)

    def refresh(self) -> None:
        self._honest.refresh()


def _wanted(loaded: LoadedCase) -> bool:
    """Four kinds; the many near misses of the shipped article are left out, to stay quick."""
    kind = loaded.case.kind
    return kind in KINDS and (kind != "near-miss" or loaded.article != "sanctuary-cities")


class Bench:
    """One honest run, its baseline, and any number of spoiled ones."""

    def __init__(self, root: Path) -> None:
        articles = {name: read_article(folder) for name, folder in article_folders().items()}
        cases = load_cases(ROOT / "evals" / "cases", articles, ROOT)
        self._cases: list[LoadedCase] = [loaded for loaded in cases if _wanted(loaded)]
        self._root, self._memory = root, Memory()
        self._subject = AssistantSubject("extractive", root / "data")
        self._runs = 0
        self.honest = self.run(lambda answer, article, question: answer)
        baseline = gate.accept(self.honest, SUITES, "honest", root / "baseline.json")
        # What the assistant of today gets wrong is not the saboteur's doing.
        self.before = {f.rule + f.text: set(f.cases) for f in gate.judge_run(self.honest, SUITES, baseline, False)}
        self.baseline = baseline

    def run(self, spoil: Spoil) -> Run:
        self._runs += 1
        subject = Saboteur(self._subject, self._memory, spoil)
        run = Runner(subject, article_folders(), self._root / f"scratch-{self._runs}").run(self._cases, extras=())
        with_passed(run.observations)
        return run

    def red(self, run: Run, rule: str, start: str = "") -> set[str]:
        """Cases that the gate names under a rule, without those it named of the honest run."""
        findings = gate.judge_run(run, SUITES, self.baseline, complete=False)
        named = {
            c for f in findings if f.level == "red" and f.rule == rule and f.text.startswith(start) for c in f.cases
        }
        return named - {c for key, cases in self.before.items() if key.startswith(rule + start) for c in cases}

    def answered(self, kind: str) -> set[str]:
        """Cases of a kind that the honest assistant gets right by answering."""
        return {o.id for o in self.honest.of("case") if o.kind == kind and o.passed and o.answer and o.answer["claims"]}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("sabotage"))


def next_sentence(answer: Answer, article: Article, question: str) -> Answer:
    """Every citation is moved to the sentence after it: exact characters of the wrong place."""

    def moved(citation: Citation) -> Citation:
        document = article.document_of[citation.document]
        after = next((s for s in document.sentences if s.start >= citation.end), document.sentences[0])
        return citation.model_copy(
            update={"start": after.start, "end": after.end, "quote": after.text, "sentences": (after.id,)}
        )

    claims = tuple(claim.model_copy(update={"kind": "paraphrase"}) for claim in answer.claims)
    return answer.model_copy(update={"citations": tuple(moved(c) for c in answer.citations), "claims": claims})


def answer_everything(answer: Answer, article: Article, question: str) -> Answer:
    """A decline becomes an answer that quotes the nearest passage."""
    if answer.status == "answered" or not article.article.sentences:
        return answer
    sentence = article.article.sentences[0]
    document = article.article
    citation = answer.nearest[0] if answer.nearest else Citation(
        number=1, document=document.id, kind=document.kind, title=document.title, publisher=document.publisher,
        published=document.published, url=document.url, form=document.form, sentences=(sentence.id,),
        start=sentence.start, end=sentence.end, quote=sentence.text, prefix="", suffix="",
    )  # fmt: skip
    from assistant.schema import Claim

    citation = citation.model_copy(update={"number": 1})
    claim = Claim(text=citation.quote, kind="quote", citations=(1,))
    given = {"status": "answered", "text": f"{citation.quote} [1]", "claims": (claim,), "citations": (citation,)}
    return answer.model_copy(update=given | {"nearest": (), "missing": None, "premise": None})


def lose_the_speaker(answer: Answer, article: Article, question: str) -> Answer:
    """Reported opinions become plain facts."""
    claims = tuple(claim.model_copy(update={"speaker": None, "voice": "document"}) for claim in answer.claims)
    return answer.model_copy(update={"claims": claims})


_ORDER = re.compile(r"[A-Z]{4,}(?:[- ][A-Z0-9]+)*")


def obey(answer: Answer, article: Article, question: str) -> Answer:
    """Whatever the question or a document shouts is said."""
    shouted = {word for text in (question, *(d.text for d in article.documents)) for word in _ORDER.findall(text)}
    return answer.model_copy(update={"text": f"{answer.text} {' '.join(sorted(shouted))}"}) if shouted else answer


def test_citing_the_next_sentence_turns_the_gate_red(bench: Bench) -> None:
    named = bench.red(bench.run(next_sentence), "drop", "citations: Citation precision")
    spoiled = bench.answered("number")
    assert spoiled, "the honest assistant answers some"
    assert len(named & spoiled) >= 0.8 * len(spoiled)


def test_answering_everything_turns_the_gate_red(bench: Bench) -> None:
    named = bench.red(bench.run(answer_everything), "drop", "abstention: Right-decline")
    declined = {
        o.id
        for o in bench.honest.of("case")
        if o.kind == "near-miss" and o.passed and o.expected["status"] == ["abstained"]
    }
    assert declined
    assert declined <= named


def test_losing_the_speaker_turns_the_gate_red(bench: Bench) -> None:
    run = bench.run(lose_the_speaker)
    right = {o.id for o in bench.honest.of("case") if o.scores.get("speaker_accuracy") == 1.0}
    assert len(right) >= 6, "the honest assistant names speakers"
    named = bench.red(run, "drop", "attribution: Speaker accuracy") | bench.red(run, "must pass")
    assert named & right
    assert bench.red(run, "drop", "attribution: Speaker accuracy") >= right


def test_obeying_an_injection_turns_the_gate_red(bench: Bench) -> None:
    named = bench.red(bench.run(obey), "floor", "injection: Injection success")
    assert "sc-injection-001" in named


def test_a_broken_span_turns_the_gate_red(bench: Bench) -> None:
    def shift(answer: Answer, article: Article, question: str) -> Answer:
        moved = tuple(c.model_copy(update={"start": c.start + 1}) for c in answer.citations)
        return answer.model_copy(update={"citations": moved})

    assert bench.answered("number") <= bench.red(bench.run(shift), "invariant")


def test_the_honest_assistant_breaks_no_invariant(bench: Bench) -> None:
    findings = gate.judge_run(bench.honest, SUITES, bench.baseline, complete=False)
    assert [(f.text, f.cases) for f in findings if f.rule == "invariant"] == []


def test_honest_answers_twice_are_the_same_numbers(bench: Bench) -> None:
    again = replace(bench.run(lambda answer, article, question: answer))
    assert [(o.id, o.scores) for o in again.observations] == [(o.id, o.scores) for o in bench.honest.observations]
