"""A model that lies in every way that we know, before a judge that believes everything: no lie is shown, and the sound
claims beside it are.

Each scripted answer has one defect of `data/bad_model.yaml` beside two sound claims: first, in the middle, last, each
time in another form that models give their lines, cut into other pieces.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant import Answer, Assistant
from assistant.settings import load_settings
from tests.model_server import Reply, Use, serving, yes

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
TABLE = Path(__file__).parent / "data" / "bad_model.yaml"
FORMS = ("<<{ids}>> {text}", "- ＜＜{ids}＞＞ {text}", "【{ids}】 {text}")
"""By the place of the defect."""
PIECES = (1_000, 7, 3)
"""Characters of a streamed piece, by the place of the defect."""


@dataclass(frozen=True)
class Scripted:
    """One answer of the model."""

    ask: str
    cite: str
    sound: tuple[str, ...]
    kind: str
    wrong: str
    place: int

    def text(self, id_: str) -> str:
        lines = [FORMS[self.place].format(ids=id_, text=text) for text in self.sound]
        # A defect that is one of ids, or of their absence, writes its line by itself.
        itself = self.wrong.startswith("<<") or self.kind == "no id"
        lines.insert(self.place, self.wrong if itself else FORMS[self.place].format(ids=id_, text=self.wrong))
        return "\n".join(lines) + "\n"

    @property
    def lie(self) -> str:
        """The words that must not be shown."""
        return self.wrong.split(">> ", 1)[-1]


def scripted() -> Iterator[Scripted]:
    for row in yaml.safe_load(TABLE.read_text(encoding="utf-8")):
        for kind, claims in row["wrong"].items():
            for wrong in claims:
                for place in range(3):
                    yield Scripted(row["ask"], row["cite"], tuple(row["sound"]), kind, wrong, place)


ANSWERS = list(scripted())


@pytest.fixture(scope="module")
def answered(
    clean_environment: Path, assistant: Assistant, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[Scripted, Answer]]:
    """Every scripted answer, as a reader sees it."""
    data = tmp_path_factory.mktemp("bad-model")
    shutil.copytree(clean_environment / "store", data / "store")
    telling = ANSWERS[0]

    def script(use: Use, body: dict[str, Any]) -> Reply:
        if use == "judge":
            return yes(use, body)
        text = telling.text(cited(assistant, telling.cite))
        size = PIECES[telling.place]
        return Reply([text[i : i + size] for i in range(0, len(text), size)])

    found = []
    with serving(script) as server:
        settings = load_settings(data_dir=data, openai_base_url=server.url, model="scripted", answerer="model")
        lied_to = Assistant.open(settings=settings)
        for telling in ANSWERS:
            # The same question gets another answer, and the judge is asked anew.
            (data / "cache.sqlite3").unlink(missing_ok=True)
            found.append((telling, lied_to.ask(telling.ask)))
    return found


def cited(assistant: Assistant, words: str) -> str:
    found = [
        id_
        for id_, sentence in assistant.article.sentence_of.items()
        if id_.startswith("article:") and any(part in sentence.text for part in words.split("|"))
    ]
    assert len(found) == 1, words
    return found[0]


def test_there_are_enough_answers_of_every_kind() -> None:
    kinds = Counter(answer.kind for answer in ANSWERS)
    assert len(ANSWERS) >= 200
    assert min(kinds.values()) >= 3
    assert kinds.keys() >= {
        *("negation", "antonym", "speaker", "swapped", "empty quotation", "part of a number", "hedge lost"),
        *("id that was not shown", "invented quotation", "obeyed an order in a source", "no id"),
    }


def test_no_defect_is_shown(answered: list[tuple[Scripted, Answer]]) -> None:
    shown = [
        f"{telling.kind}: {telling.lie}"
        for telling, answer in answered
        if telling.lie in answer.text or any(telling.lie == claim.text for claim in answer.claims)
    ]
    print(f"\ndefects shown: {len(shown)} of {len(answered)}")
    assert not shown


def test_sound_claims_beside_a_defect_are_shown(answered: list[tuple[Scripted, Answer]]) -> None:
    missed: Counter[str] = Counter()
    for telling, answer in answered:
        texts = {claim.text for claim in answer.claims}
        for claim in telling.sound:
            if claim not in texts and claim not in answer.text:
                reasons = [withheld.reason for withheld in answer.withheld if withheld.text == claim]
                missed[f"{claim} ({'; '.join(reasons) or answer.notice})"] += 1
    count = sum(len(telling.sound) for telling, _ in answered)
    share = 1 - missed.total() / count
    print(f"\nsound claims shown: {share:.3f} of {count}")
    assert share >= 0.95, missed


def test_every_claim_that_is_shown_is_exact_and_cited(
    answered: list[tuple[Scripted, Answer]], assistant: Assistant
) -> None:
    for _, answer in answered:
        assert answer.answerer == "model"
        for citation in answer.citations:
            text = assistant.article.document_of[citation.document].text
            assert text[citation.start : citation.end] == citation.quote
        assert all(claim.citations for claim in answer.claims)


def test_every_defect_is_withheld_with_its_reason(answered: list[tuple[Scripted, Answer]]) -> None:
    silent = [
        telling.wrong
        for telling, answer in answered
        # What has no id is no claim, and nobody has proposed it.
        if telling.kind != "no id" and not any(withheld.reason for withheld in answer.withheld)
    ]
    assert not silent
