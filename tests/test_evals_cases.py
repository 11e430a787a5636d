"""Case files: every mistake named by file and line, gold as offsets, groups and the split."""

from pathlib import Path

import pytest

from evals.articles import CASE_SETS, article_folders, body, edit, read_article, write_article
from evals.cases import CaseError, LoadedCase, load_cases, load_claims, split_of
from evals.lint import lint
from evals.metrics import Span
from tests.evals_parts import CASES, PROVENANCE, write_set

ROOT = Path(__file__).resolve().parent.parent


def load(tmp_path: Path, cases: str) -> tuple[LoadedCase, ...]:
    folders = write_set(tmp_path, cases)
    return load_cases(tmp_path / "cases", {name: read_article(path) for name, path in folders.items()}, tmp_path)


def problems(tmp_path: Path, cases: str) -> str:
    with pytest.raises(CaseError) as error:
        load(tmp_path, cases)
    return str(error.value)


def test_gold_quotes_become_offsets(tmp_path: Path) -> None:
    first = load(tmp_path, CASES)[0]
    text = first.documents["article"].text
    assert first.gold == (((Span("article", 38, 59),),),)
    assert text[38:59] == "It was built in 1931."
    assert first.where == "cases/bridge/all.yaml:2"


def test_a_quote_that_is_not_verbatim_is_an_error_that_shows_where_it_differs(tmp_path: Path) -> None:
    said = problems(tmp_path, CASES.replace('quote: "It was built in 1931."', 'quote: "It was built in 1932."'))
    assert "cases/bridge/all.yaml:8: the quote leaves the text of article after 'It was built in 193'" in said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: number", "kind: numbers", "all.yaml:4: kind: "),
        ("status: answered\n  must", "state: answered\n  must", "all.yaml:2: status: Field required"),
        ("must_pass: true", "must_pas: true", "all.yaml:6: must_pas: Extra inputs are not permitted"),
        (
            'document: article, quote: "It',
            'document: articel, quote: "It',
            "there is no document 'articel'; there is: article",
        ),
        ("id: br-who-001", "id: br-number-001", "the id br-number-001 is taken by cases/bridge/all.yaml:2"),
        (
            "status: abstained",
            "status: abstained\n  gold: [[{document: article, quote: It}]]",
            "an abstained case has no gold",
        ),
        (
            "  kind: near-miss",
            "  pair: {of: br-none, relation: paraphrase}\n  kind: near-miss",
            "there is no case br-none",
        ),
        ("kind: number", "kind: [", "all.yaml:"),
    ],
)
def test_mistakes_are_named_by_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in CASES
    assert said in problems(tmp_path, CASES.replace(old, new, 1))


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    said = problems(tmp_path, CASES.replace("kind: number", "kind: a").replace("kind: who-said", "kind: b"))
    assert "2 problems" in said


def test_a_folder_of_no_article_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "cases" / "tunnel").mkdir(parents=True)
    (tmp_path / "cases" / "tunnel" / "x.yaml").write_text("[]")
    assert "tunnel/x.yaml:1: there is no article 'tunnel'" in problems(tmp_path, CASES)


EDITED = f"""
- id: br-edit-001
  question: When was the old bridge built?
  kind: correction
  status: answered
  nuggets: [{{text: "1938", any: ["1938"]}}]
  gold: [[{{document: article, quote: "It was built in 1938."}}]]
  replace: [{{document: article, find: "1931", with: "1938"}}]
  remove: [{{document: report, quote: "Repairs would cost $4.2 million."}}]
  documents: [{{id: memo, title: Memo, text: "The memo says nothing."}}]
  {PROVENANCE}
"""


def test_gold_is_found_in_the_text_as_the_case_edits_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, EDITED)[0]
    assert "1938" in loaded.documents["article"].text
    assert loaded.documents["report"].text == "The bridge may fail within two years."
    assert loaded.documents["memo"].text == "The memo says nothing."


def test_an_edited_article_survives_being_written_and_read(tmp_path: Path) -> None:
    loaded = load(tmp_path, EDITED)[0]
    write_article(loaded.documents, tmp_path / "out")
    (tmp_path / "out" / "sources" / "stale.md").write_text("---\nid: stale\n---\nold")
    write_article(loaded.documents, tmp_path / "out")
    back = read_article(tmp_path / "out")
    assert {name: source.text for name, source in back.items()} == {n: s.text for n, s in loaded.documents.items()}
    assert back["report"].fields["publisher"] == "City of Vale"


def test_the_assistant_reads_written_articles_to_the_same_characters(tmp_path: Path) -> None:
    from assistant import corpus

    loaded = load(tmp_path, EDITED)[0]
    write_article(loaded.documents, tmp_path / "out")
    article = corpus.load(tmp_path / "out")
    assert {d.id: d.text for d in article.documents} == {n: s.text for n, s in loaded.documents.items()}


def test_removing_a_sentence_leaves_no_gap() -> None:
    from evals.articles import SourceText

    text = SourceText({}, "One. Two.\n\nThree.\n\nFour.")
    assert edit(text, "Two.", "").text == "One.\n\nThree.\n\nFour."
    assert edit(text, "One.", "").text == "Two.\n\nThree.\n\nFour."
    assert edit(text, "Three.", "").text == "One. Two.\n\nFour."
    assert body("\r\n \nA\r\nB\n\n") == "A\nB"


def test_variations_and_turns_of_one_conversation_share_a_group_and_a_split(tmp_path: Path) -> None:
    more = f"""
- id: br-para-001
  question: In which year did they put up the bridge?
  kind: paraphrase
  status: answered
  nuggets: [{{text: "1931", any: ["1931"]}}]
  gold: [[{{document: article, quote: "It was built in 1931."}}]]
  pair: {{of: br-number-001, relation: paraphrase}}
  {PROVENANCE}
- id: br-follow-001
  question: And who says so?
  standalone: Who says that the bridge was built in 1931?
  history: [{{role: user, text: "When was the old bridge  built?"}}, {{role: assistant, text: "It was built in 1931."}}]
  kind: follow-up
  status: abstained
  {PROVENANCE}
"""
    groups = {loaded.id: loaded.group for loaded in load(tmp_path, CASES + more)}
    assert groups["br-para-001"] == groups["br-follow-001"] == groups["br-number-001"] == "br-follow-001"
    assert groups["br-miss-001"] == "br-miss-001"


def test_the_split_rule_is_fixed() -> None:
    # sha256("a") starts ca978112, 0.79 of 2^32; sha256("b") 3e23e816, 0.24.
    assert [split_of(name) for name in ("a", "b", "c", "d", "e")] == ["test", "dev", "dev", "dev", "dev"]
    shares = [split_of(f"case-{n}") == "dev" for n in range(2000)]
    assert 0.36 < sum(shares) / 2000 < 0.44


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('any: ["1931"]', 'any: ["re:(19"]', "is not a regular expression"),
        ('any: ["1931"]', 'any: ["built"]', "the question itself matches 'built'"),
        ('any: ["1931"]', 'any: ["the year 1931"]', "no gold set states the vital nugget '1931'"),
        ("must_pass: true", 'forbid: ["re:193\\\\d"]', "matches the gold in article"),
        ("must_pass: true", "hedge: [perhaps]", "no gold set has the hedge"),
        (
            "question: Who will pay for the bridge?",
            "question: When was the old bridge built then?",
            "asks nearly what br-number-001",
        ),
        (
            '  gold: [[{document: article, quote: "It was built in 1931."}]]\n',
            "",
            "no gold: its citations cannot be measured",
        ),
    ],
)
def test_lint_finds_cases_that_cannot_tell_right_from_wrong(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in CASES
    found = lint(load(tmp_path, CASES.replace(old, new, 1)))
    assert said in "\n".join(map(str, found))


def test_lint_has_nothing_to_say_of_a_sound_set(tmp_path: Path) -> None:
    assert lint(load(tmp_path, CASES)) == []


@pytest.fixture(scope="module")
def shipped() -> tuple[LoadedCase, ...]:
    return load_cases(
        ROOT / "evals" / "cases", {name: read_article(folder) for name, folder in article_folders().items()}, ROOT
    )


def test_the_shipped_cases_are_sound(shipped: tuple[LoadedCase, ...]) -> None:
    assert [str(problem) for problem in lint(shipped) if problem.level == "error"] == []


def test_the_shipped_set_is_large_enough_to_tell(shipped: tuple[LoadedCase, ...]) -> None:
    by_article: dict[str, int] = {}
    for loaded in shipped:
        by_article[loaded.article] = by_article.get(loaded.article, 0) + 1
    assert by_article["sanctuary-cities"] >= 200
    assert sum(n for name, n in by_article.items() if name != "sanctuary-cities") >= 60
    assert len(by_article) >= 3
    assert sum(loaded.case.must_pass for loaded in shipped) <= 25


def test_the_shipped_claims_load_and_have_every_label() -> None:
    articles = {name: read_article(folder) for name, folder in article_folders().items()}
    claims = load_claims(ROOT / "evals" / "cases" / "verifier" / "claims.yaml", articles, ROOT)
    assert {loaded.claim.label for loaded in claims} == {
        "entailed", "contradicted", "swapped", "hedge-lost", "wrong-speaker", "not-stated",
    }  # fmt: skip


@pytest.mark.parametrize(("case_set", "articles", "cases"), [("development", 12, 1200), ("unseen", 4, 400)])
def test_the_other_sets_are_sound_and_ask_about_articles_of_their_own(case_set: str, articles: int, cases: int) -> None:
    folders = article_folders(case_set)
    loaded = load_cases(
        ROOT / CASE_SETS[case_set][0], {name: read_article(folder) for name, folder in folders.items()}, ROOT
    )
    assert [str(problem) for problem in lint(loaded) if problem.level == "error"] == []
    assert (len({case.article for case in loaded}), len(loaded)) == (articles, cases)
    elsewhere = {name for other in CASE_SETS if other != case_set for name in article_folders(other)}
    assert not elsewhere & set(folders)
