"""What speaks for and against a sentence as the answer to a question: named numbers, computed, not judged.

The retriever attaches them to each `Evidence`; the answerability model weighs them. Pure functions.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.retrieval.alignment import Floats
from assistant.schema import Question
from assistant.text import STOP_WORDS, words
from assistant.text.lexicon import NEGATORS, OPPOSITES, root

ASKING = frozenset("who whom whose what when where which why how many much did do does".split())
"""Words that ask; a sentence need not have them."""
LIGHT = 0.4
"""Weight of an asking word beside any other of the same rarity."""
WEAK = 0.5
"""A word of the question is matched weakly below this cosine."""

_DATE = re.compile(
    r"\b(?:1\d{3}|20\d\d)\b|\b\d{1,2}(?:st|nd|rd|th)? centur|\b(?:january|february|march|april"
    r"|may|june|july|august|september|october"
    r"|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday"
    r"|today|tomorrow|centur\w+|decade)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d[\d,.]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty"
    r"|thirty|forty|fifty|hundreds?|thousands?|millions?"
    r"|billions?|half|third|quarter|dozens?|both|several|single|twice|double|none)\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"[$€£%]|\b(?:percent|per cent|million|billion|dollars?|euros?)\b", re.IGNORECASE)
_CAUSE = re.compile(
    r"\b(?:because|due to|since|so that|as a result|result\w*|caus\w+|led|leads?|therefore"
    r"|reasons?|purpose|in order to)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[^.?!“\"] )[A-Z][\w’'-]+")

_MORE_OPPOSITES = """
advantage disadvantage;accept reject;allow prohibit;ancient modern;attack defend;begin end;begin stop;best worst
big small;birth death;born die;build destroy;buy sell;centralized decentralized;cheap expensive;combine separate
common rare;complex simple;connect disconnect;create destroy;decline rise;different same;different similar
difficult easy;discourage encourage;divide unite;early late;earliest latest;efficient inefficient;enter exit
fall rise;false true;fast slow;fewer more;fewest most;finite infinite;first last;foreign domestic
formal informal;former latter;gain lose;greatest least;hard soft;heavy light;high low;higher lower
highest lowest;inside outside;internal external;junior senior;large small;larger smaller;largest smallest
legal illegal;less more;least most;long short;longer shorter;longest shortest;lose win;defeat victory
major minor;male female;military civilian;natural artificial;near far;new old;newest oldest;obey disobey
oppose support;opponent supporter;ordered disordered;peace war;poor wealthy;popular unpopular;positive negative
predecessor successor;reduce increase;decrease increase;reject approve;similarity difference;start end
start stop;top bottom;unlimited limited;up down;upper lower;urban rural;useful useless;usual unusual;white black
wide narrow;winner loser;young old;youngest oldest;condemn support;unlike like;pay receive;send receive
employer employee;above below;add remove;advance retreat;expand shrink;logical illogical;necessary unnecessary
normal abnormal;official unofficial;perfect imperfect;profit loss;safe unsafe;stable unstable;visible invisible
elect appoint;acquit convict;pass fail;ratify reject;include exclude;import export;before after;maintain abandon
complete incomplete
"""


def _opposites() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for word, sides in OPPOSITES.items():
        for _, other in sides:
            found.setdefault(word, set()).update(other)
    for pair in re.split(r"[;\n]+", _MORE_OPPOSITES.strip()):
        left, right = map(root, pair.split())
        found.setdefault(left, set()).add(right)
        found.setdefault(right, set()).add(left)
    return {word: frozenset(other - {word}) for word, other in found.items()}


_OPPOSITE = _opposites()
_NEGATING = NEGATORS | frozenset(
    "hardly rarely scarcely unable fail fails failed refuse refused lack lacked nobody".split()
)


@dataclass(frozen=True)
class Reading:
    """A sentence as the signals see it; made once for each sentence."""

    text: str
    words: tuple[str, ...]
    roots: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Reading":
        found = words(text)
        return cls(text, found, frozenset(map(root, found)))

    @cached_property
    def negations(self) -> int:
        return sum(word in _NEGATING or word.endswith("n't") for word in self.words)

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset(root(name) for name in _NAME.findall(self.text))

    @cached_property
    def dates(self) -> frozenset[str]:
        return frozenset(date.lower() for date in _DATE.findall(self.text))

    @cached_property
    def numbers(self) -> frozenset[str]:
        return frozenset(number.lower().rstrip(".,") for number in _NUMBER.findall(self.text))

    @cached_property
    def amount(self) -> bool:
        return bool(_AMOUNT.search(self.text))

    @cached_property
    def cause(self) -> bool:
        return bool(_CAUSE.search(self.text))


@dataclass(frozen=True)
class Asked:
    """A question as the signals see it, with the rarity of its content words in the article."""

    question: Question
    reading: Reading
    terms: tuple[str, ...]
    """Roots of its content words."""
    rarities: tuple[float, ...]
    names: frozenset[str] = field(default_factory=frozenset)
    """Roots of the words of its names."""


def lexical(
    asked: Asked, here: Reading, window: Collection[str], passage: Collection[str], article: Collection[str]
) -> dict[str, float]:
    """Signals of words alone; `window`, `passage` and `article` are the roots that stand there."""
    total = sum(asked.rarities) or 1.0
    numbers = [word for word in asked.reading.words if word[0].isdigit()]
    signals: dict[str, float] = {}
    for place, roots in (("here", here.roots), ("window", window), ("passage", passage)):
        signals[f"overlap_{place}"] = (
            sum(rarity for term, rarity in zip(asked.terms, asked.rarities, strict=True) if term in roots) / total
        )
        signals[f"unmatched_{place}"] = float(sum(term not in roots for term in asked.terms))
    signals["unmatched_article"] = float(sum(term not in article for term in asked.terms))
    signals["terms"] = float(len(asked.terms))
    for place, roots in (("here", here.roots), ("passage", passage), ("article", article)):
        signals[f"names_{place}"] = (
            sum(name in roots for name in asked.names) / len(asked.names) if asked.names else 1.0
        )
    signals["names_asked"] = float(len(asked.names))
    signals["numbers_unmatched_here"] = float(sum(number not in here.roots for number in numbers))
    signals["numbers_unmatched_passage"] = float(sum(number not in passage for number in numbers))
    return signals | _polarity(asked, here, passage) | _kinds(asked, here)


def _polarity(asked: Asked, here: Reading, passage: Collection[str]) -> dict[str, float]:
    def opposed(roots: Collection[str]) -> float:
        return float(
            sum(term not in roots and any(other in roots for other in _OPPOSITE.get(term, ())) for term in asked.terms)
        )

    asks, says = asked.reading.negations > 0, here.negations > 0
    return {
        "question_denies": float(asks),
        "sentence_denies": float(says),
        "only_question_denies": float(asks and not says),
        "only_sentence_denies": float(says and not asks),
        "opposite_here": opposed(here.roots),
        "opposite_passage": opposed(passage),
        "has_opposites": float(sum(term in _OPPOSITE for term in asked.terms)),
    }


def _kinds(asked: Asked, here: Reading) -> dict[str, float]:
    """Whether the sentence holds, beyond the question's own words, the kind of thing asked for."""
    own = asked.reading
    new_names = len(here.names - own.roots)
    date, number = bool(here.dates - own.dates), bool(here.numbers - own.numbers)
    fits = {
        "when": date,
        "how-many": number,
        "how-much": number,
        "who": new_names > 0,
        "where": new_names > 0,
        "why": here.cause,
    }
    return {
        "fits": float(fits[asked.question.type]) if asked.question.type in fits else 0.5,
        "new_names": float(min(new_names, 6)),
        "names_said": float(min(len(here.names), 8)),
        "dates": float(date),
        "numbers": float(number),
        "amounts": float(here.amount),
        "causes": float(here.cause),
        "length": float(min(len(here.words), 60)),
        "asked_length": float(min(len(own.words), 30)),
        "new_words": float(min(len(here.roots - own.roots), 50)),
    }


@dataclass(frozen=True)
class Matches:
    """What one question's tokens are met by: (sentences, asked tokens) each, unless said otherwise."""

    groups: Sequence[tuple[str, list[int]]]
    """Words of the question with the places of their tokens."""
    weights: Floats
    """Of the asked tokens; they sum to 1."""
    here: Floats
    window: Floats
    passage: Floats
    article: Floats
    """(asked tokens,): the best in the whole article."""
    title: Floats
    """Best token of the sentence's document's title."""

    @cached_property
    def content(self) -> list[tuple[str, list[int]]]:
        """Words that a sentence should have: neither function words nor asking words."""
        return [
            (word, places)
            for word, places in self.groups
            if word.isalnum() and word not in STOP_WORDS and word not in ASKING
        ]

    @cached_property
    def by_word(self) -> Floats:
        """(asked tokens, content words): averages each word's pieces; a column of zeros without content words."""
        average = np.zeros((len(self.weights), max(len(self.content), 1)), np.float32)
        for column, (_, places) in enumerate(self.content):
            average[places, column] = 1 / len(places)
        return average

    @cached_property
    def asking(self) -> list[int]:
        return [place for word, places in self.groups if word in ASKING for place in places]


def aligned(
    matches: Matches, rows: NDArray[np.int64], said: Sequence[tuple[Collection[str], Collection[str]]]
) -> list[dict[str, float]]:
    """Signals of token vectors for some sentences: how well each, its window and its passage meet the words asked.

    `said` gives for each of these sentences the roots in its passage and in the article.
    """
    met = {"here": matches.here[rows], "window": matches.window[rows], "passage": matches.passage[rows]}
    met["titled"] = np.maximum(met["passage"], matches.title[rows])
    columns = {f"match_{place}": values @ matches.weights for place, values in met.items()}
    columns["match_article"] = np.full(len(rows), float(matches.article @ matches.weights))
    columns["match_asking"] = met["here"][:, matches.asking].max(axis=1) if matches.asking else np.zeros(len(rows))
    columns["match_end"] = met["here"][:, -1]
    columns["passage_gain"] = columns["match_passage"] - columns["match_here"]
    columns["article_gain"] = columns["match_article"] - columns["match_passage"]
    columns["title_gain"] = columns["match_titled"] - columns["match_passage"]
    words_met = {place: values @ matches.by_word for place, values in met.items()}
    for place, values in words_met.items():
        columns |= _spread(values, place)
    columns |= _weakest(matches, words_met)
    weakest = words_met["here"].argmin(axis=1)
    signals = [dict(zip(columns, map(float, row), strict=True)) for row in np.column_stack(list(columns.values()))]
    for found, (passage, article), word in zip(signals, said, weakest, strict=True):
        term = root(matches.content[word][0]) if matches.content else ""
        found["weakest_said_passage"] = float(term in passage)
        found["weakest_said_article"] = float(term in article)
    return signals


def _spread(values: Floats, place: str) -> dict[str, Floats]:
    """How evenly the words of the question are met, a row for each sentence."""
    ordered = np.sort(values, axis=1)
    weak = values < WEAK
    return {
        f"worst_{place}": ordered[:, 0],
        f"second_worst_{place}": ordered[:, min(1, values.shape[1] - 1)],
        f"mean_{place}": values.mean(axis=1),
        f"geometric_{place}": np.log(np.clip(values, 0.05, 1)).mean(axis=1),
        f"weak_{place}": weak.mean(axis=1),
        f"weak_count_{place}": weak.sum(axis=1),
    }


def _weakest(matches: Matches, words_met: Mapping[str, Floats]) -> dict[str, Floats]:
    """The word of the question that each sentence meets worst, and how well it is met elsewhere."""
    here = words_met["here"]
    sentences, worst = np.arange(len(here)), here.argmin(axis=1)
    return {
        "weakest_weight": (matches.weights @ matches.by_word)[worst],
        "weakest_passage": words_met["passage"][sentences, worst],
        "weakest_article": (matches.article @ matches.by_word)[worst],
        "weakest_last": (worst == here.shape[1] - 1).astype(np.float32),
    }


def ask(question: Question, rarity_of: Mapping[str, float]) -> Asked:
    """The question with the rarity of its terms; `rarity_of` needs every root of `question.terms`."""
    terms = tuple(root(term) for term in question.terms)
    names = frozenset(root(word) for name in question.names for word in words(name) if word not in STOP_WORDS)
    return Asked(question, Reading.of(question.text), terms, tuple(rarity_of[term] for term in terms), names)
