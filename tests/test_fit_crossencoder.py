"""What the cross-encoder learns from is read line by line, and no question comes without an answer somewhere."""

from pathlib import Path
from random import Random

import pytest

from evals import fit_crossencoder, fit_crossencoder_pairs
from evals.errors import EvalsError
from evals.fit_crossencoder_pairs import Pair, groups, read_texts

TEXT = """# Roof of the old mill falls in
1 The roof of the old mill fell in on Sunday.
2 “We warned them,” said Ana Prohaska.
3 Nobody was hurt.
? What came down? | 1 | The roof of the old mill
? Were there any injuries? | 2,3 | | Nobody was hurt
- Why did it fall? | 1 | A beam had rotted, the builders found. | A beam had rotted
- Who pays? | 3
"""


@pytest.fixture(scope="module")
def texts() -> tuple[fit_crossencoder_pairs.Text, ...]:
    return read_texts()


def test_the_shipped_texts_can_be_read(texts: tuple[fit_crossencoder_pairs.Text, ...]) -> None:
    assert len(texts) == 1_080
    assert len({text.title for text in texts}) > 1_000
    asked = [asked for text in texts for asked in text.asked]
    assert len(asked) == 17_280
    assert sum(bool(one.answers) for one in asked) == sum(one.made is not None for one in asked) == len(asked) / 2


def test_a_text_is_read_with_its_questions(tmp_path: Path) -> None:
    (tmp_path / "01.txt").write_text(TEXT + "\n" + TEXT.replace("mill", "barn"), encoding="utf-8")
    mill, barn = read_texts(tmp_path)
    assert mill.title == "Roof of the old mill falls in"
    assert mill.before(1) == mill.title
    assert mill.before(3) == "“We warned them,” said Ana Prohaska."
    assert mill.asked[1].answers == {2: "", 3: "Nobody was hurt"}
    assert mill.asked[2].made == ("A beam had rotted, the builders found.", "A beam had rotted")
    assert barn.sentences[1] == "The roof of the old barn fell in on Sunday."


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("? Who spoke? | 9 | Ana", r"01\.txt:9: "),
        ("? Who spoke? | two | Ana", r"01\.txt:9: "),
        ("? Who spoke? | 2 | Anna", r"01\.txt:9: “Anna” is not in sentence 2"),
        ("- Who spoke? | 9", r"01\.txt:9: there is no sentence 9"),
        ("- Who spoke? | 2 | Ana spoke. | Anna", r"01\.txt:9: “Anna” is not in “Ana spoke.”"),
        ("- Who spoke? | 2 | Ana spoke.", r"01\.txt:9: "),
        ("Who spoke?", r"01\.txt:9: a line begins with"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "01.txt").write_text(TEXT + line + "\n", encoding="utf-8")
    with pytest.raises(EvalsError, match=says):
        read_texts(tmp_path)


def test_every_group_has_one_that_answers_and_what_tempts(tmp_path: Path) -> None:
    (tmp_path / "01.txt").write_text(TEXT, encoding="utf-8")
    found = list(groups(read_texts(tmp_path), 2, Random(0)))
    assert [[pair.answers for pair in group] for group in found] == [[True, False, False]] * 3
    why = found[2]
    assert {pair.question for pair in why} == {"Why did it fall?"}
    assert why[0].words == "A beam had rotted"
    assert why[1] == Pair(
        "Why did it fall?", "Roof of the old mill falls in", "The roof of the old mill fell in on Sunday.", False
    )
    for group in found:
        for pair in group:
            assert pair.words is None or pair.words in pair.sentence


def test_no_sentence_that_answers_is_shown_as_one_that_does_not(texts: tuple[fit_crossencoder_pairs.Text, ...]) -> None:
    for text in texts[:200]:
        answers = {asked.question: {text.sentences[number] for number in asked.answers} for asked in text.asked}
        for group in groups([text], 2, Random(1)):
            assert not any(pair.sentence in answers[pair.question] for pair in group if not pair.answers)


def test_without_torch_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(SystemExit) as stopped:
        fit_crossencoder.main([])
    assert stopped.value.code == 2
    assert "pip install torch onnx" in capsys.readouterr().err


def test_what_is_saved_reads_as_it_was_trained(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="only training needs it")
    from assistant import weights
    from assistant.crossencoder import CrossEncoder
    from evals.fit_crossencoder_network import Network

    (tmp_path / "01.txt").write_text(TEXT, encoding="utf-8")
    network = Network(weights.folder())
    found = list(groups(read_texts(tmp_path), 2, Random(0)))
    losses = [network.learn(found, 1e-3) for _ in range(12)]
    assert losses[-1] < losses[0]
    network.save(tmp_path / "crossencoder.npz")
    network.eval()
    pair = found[0][0]
    ids, start = network._joined(pair)
    types = torch.tensor([[int(at >= start) for at in range(len(ids))]])
    with torch.no_grad():
        logits = network(torch.tensor([ids]), types, torch.ones(1, len(ids), dtype=torch.bool))
    trained = CrossEncoder(weights.folder(), tmp_path / "crossencoder.npz")
    read = trained.read_passages(pair.question, [(pair.before, pair.sentence)])[0]
    assert read.answers == pytest.approx(float(logits[0, 0, 0]), abs=0.05)
