"""What the cross-encoder learns from: invented news texts, each with questions that it answers and that it misses.

Every text of `evals/reading` is written so that words alone do not tell: an answer is in other words than its question,
and a question that the text does not answer names the same people and things. Beside each of the latter stands a
sentence that would answer it, so that a question's form tells nothing either.

    # Headline
    1 First sentence.
    ? question that the text answers | 1 | the answer, as in the sentence
    - question that it does not answer | 1 | A sentence that would answer it. | the answer, as in that

The number is that of the sentence that answers (several, with a comma between them), or tempts to.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from assistant.text import STOP_WORDS
from evals.errors import EvalsError

FOLDER = Path(__file__).parent / "reading"
_STEM = 5
"""Letters by which two words count as the same when tempting sentences are looked for."""
_SHARED = 0.6
"""From this share of common words on, a sentence made for one question may answer another."""


@dataclass(frozen=True)
class Asked:
    """A question about one text."""

    question: str
    answers: Mapping[int, str]
    """The answer's words in each sentence that answers; of none when the text does not."""
    tempting: int = 0
    """For a question that the text does not answer: the sentence that seems to."""
    made: tuple[str, str] | None = None
    """For such a question: a sentence that would answer it, and the answer in it."""


@dataclass(frozen=True)
class Text:
    """A news text with its questions."""

    title: str
    sentences: Mapping[int, str]
    asked: tuple[Asked, ...]

    def before(self, number: int) -> str:
        """What stands before a sentence: the sentence before it or the headline."""
        return self.sentences.get(number - 1, self.title)


@dataclass(frozen=True)
class Pair:
    """A question and a sentence, with what stands before it."""

    question: str
    before: str
    sentence: str
    answers: bool
    words: str | None = None
    """The answer in the sentence; `None` where it is not known or there is none."""


Group = tuple[Pair, ...]
"""Pairs of one question: at most one that answers, and some that do not."""


def read_texts(folder: Path = FOLDER) -> tuple[Text, ...]:
    """All texts of a folder. Raises EvalsError that names the file and the line which cannot be used."""
    return tuple(text for path in sorted(folder.glob("*.txt")) for text in _read(path))


def _read(path: Path) -> Iterator[Text]:
    title, sentences, asked = "", dict[int, str](), list[Asked]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        mark, _, rest = line.partition(" ")
        try:
            if mark == "#":
                if title:
                    yield Text(title, sentences, tuple(asked))
                title, sentences, asked = rest, {}, []
            elif mark.isdigit():
                sentences[int(mark)] = rest
            elif mark == "?":
                asked.append(_answered(rest, sentences))
            elif mark == "-":
                asked.append(_missed(rest, sentences))
            elif line:
                raise ValueError("a line begins with #, a number, ? or -")
        except (ValueError, KeyError) as error:
            raise EvalsError(f"{path.name}:{number}: {error}") from error
    if title:
        yield Text(title, sentences, tuple(asked))


def _answered(line: str, sentences: Mapping[int, str]) -> Asked:
    question, places, *answers = (part.strip() for part in line.split("|"))
    numbers = [int(place) for place in places.split(",")]
    found = dict(zip(numbers, [*answers, *[""] * len(numbers)], strict=False))
    for number, words in found.items():
        if words not in sentences[number]:
            raise ValueError(f"“{words}” is not in sentence {number}")
    return Asked(question, found)


def _missed(line: str, sentences: Mapping[int, str]) -> Asked:
    question, place, *made = (part.strip() for part in line.split("|"))
    if int(place) not in sentences:
        raise ValueError(f"there is no sentence {place}")
    if not made:
        return Asked(question, {}, int(place))
    sentence, words = made
    if words not in sentence:
        raise ValueError(f"“{words}” is not in “{sentence}”")
    return Asked(question, {}, int(place), (sentence, words))


def groups(texts: Sequence[Text], others: int, random: Random) -> Iterator[Group]:
    """A group for each question, with so many sentences that do not answer: those that tempt, and one at random.

    A question that its text does not answer is left out where nobody has made an answer for it: it would tell that
    such questions have none.
    """
    for text in texts:
        for asked in text.asked:
            if asked.answers or asked.made:
                yield _group(text, asked, others, random)


def _group(text: Text, asked: Asked, others: int, random: Random) -> Group:
    words = _words(asked.question)
    if asked.answers:
        number = random.choice(list(asked.answers))
        answer = text.sentences[number], asked.answers[number]
        group = [Pair(asked.question, text.before(number), answer[0], True, answer[1] or None)]
        known = set(asked.answers)
    else:
        assert asked.made is not None
        tempting = text.sentences[asked.tempting]
        before = tempting if random.random() < 0.7 else text.title
        group = [
            Pair(asked.question, before, asked.made[0], True, asked.made[1]),
            Pair(asked.question, text.before(asked.tempting), tempting, False),
        ]
        known = {asked.tempting}
    pool = [(text.before(number), sentence) for number, sentence in text.sentences.items() if number not in known]
    # A sentence made for another question tempts as well, unless it may answer this one too.
    pool += [
        (text.sentences[other.tempting], other.made[0])
        for other in text.asked
        if other.made and other is not asked and len(_words(other.question) & words) < _SHARED * len(words)
    ]
    pool.sort(key=lambda passage: -(len(words & _words(passage[1])) + random.random() * 1.5))
    left = others + 1 - len(group)
    chosen = pool[: max(left - 1, 0)]
    rest = pool[len(chosen) :]
    if rest and left > 0:
        chosen.append(random.choice(rest))
    return (*group, *(Pair(asked.question, before, sentence, False) for before, sentence in chosen))


def _words(text: str) -> set[str]:
    return {word[:_STEM] for word in re.findall(r"[a-z0-9]+", text.lower()) if word not in STOP_WORDS}
