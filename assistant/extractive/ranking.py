"""Which of the retrieved sentences to quote first: the retriever's order, put right by all that is known of each.

For an article with sources a linear model over the retriever's signals and what the sentence holds decides, read from
`ranking.json`, which `python -m evals.fit_ranking` writes. For a single document, or without vectors, a few additions
to the retriever's score do.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from assistant.extractive.fitting import asked_speaker, asks_names, fits, main_verb
from assistant.neighbours import next_sentence
from assistant.schema import Article, Document, Evidence, Question, Sentence
from assistant.text import STOP_WORDS, names, words
from assistant.text.lexicon import root

CANDIDATES: Final = 12
"""Sentences that may be quoted."""
WEIGHED: Final = 8
"""Of these, the best by the retriever's score that the model puts in a new order."""
SPOKEN: Final = 0.5
"""Fit from which on a sentence gives the asked speaker's words."""
CLOSE: Final = 0.4
"""Odds, against the first, from which on a second sentence is shown that does not repeat it."""
_MODEL: Final[Mapping[str, Sequence[float]]] = json.loads(
    Path(__file__).with_name("ranking.json").read_text(encoding="utf-8")
)
"""For each input its mean, its spread and its weight."""
CLIP: Final = 4.0
"""An input counts at most this many spreads from its mean."""

_ASKS_WORDS = re.compile(
    r"\b(?:exact(?:ly)? (?:words?|phrase|line|quote)|own words|precise words|verbatim|word for word|quot(?:e|ation)"
    r"|exactly (?:said|say|put)|(?:what|how) exactly (?:did|does|was))\b",
    re.I,
)
_WHOSE = re.compile(r"[’']s\b")
_SAYING = frozenset("say says said saying tell tells told write writes wrote think thinks thought exactly".split())
_CODE = re.compile(r"\b[A-Z]+\d+\b")
_TYPE_WEIGHT = 0.05
_NAMES_WEIGHT = 0.15
"""Where names are to be listed, a sentence that lists names outweighs one that only speaks of them."""
_VERB_WEIGHT = 0.05
_ARTICLE_BONUS = 0.015
_CLOSE_SCORE = 0.93
"""Share of the first score at which a sentence that no model weighed has the odds `CLOSE`."""


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be quoted."""

    sentence: Sentence
    document: Document
    score: float
    """The retriever's, with additions for the kind of thing asked for and the question's verb."""
    fits: float
    odds: float
    """That this sentence answers rather than the first; the first has 1."""


def ranked(question: Question, evidence: Sequence[Evidence], article: Article) -> list[Candidate]:
    """Candidates, the likeliest to answer first.

    Last come another speaker's words where a speaker is asked for, what is nobody's exact words where those are, and
    what is not of "line N4" where that is.
    """
    items = evidence[:CANDIDATES]
    candidates = [scored(question, item, article) for item in items]
    if not candidates:
        return []
    if len(article.documents) > 1 and "match_here" in items[0].features:
        weighed = [
            weigh(inputs(question, item, found)) for item, found in zip(items[:WEIGHED], candidates, strict=False)
        ]
        candidates = [
            replace(found, odds=math.exp(value)) for found, value in zip(candidates[:WEIGHED], weighed, strict=True)
        ] + [replace(found, odds=0.0) for found in candidates[WEIGHED:]]
    else:
        best = max(found.score for found in candidates)
        candidates = [replace(found, odds=_odds(found.score, best)) for found in candidates]
    candidates = _answers_of_questions(candidates, article)
    speaker = question.type == "who-said" and bool(asked_speaker(question))
    anything = asks_any_words(question)
    codes = {code.lower() for code in _CODE.findall(question.text)}
    candidates.sort(
        key=lambda found: (
            speaker and found.fits < SPOKEN and not gives_words(question, found.sentence),
            anything and found.fits < 1.0,
            asks_words(question) and not gives_words(question, found.sentence),
            not codes <= set(words(found.sentence.text)),
            -found.odds,
            -found.score,
        )
    )
    first = candidates[0].odds or 1.0
    return [replace(found, odds=found.odds / first) for found in candidates]


def scored(question: Question, item: Evidence, article: Article) -> Candidate:
    """A retrieved sentence with additions to its score."""
    document = article.document_of[item.document]
    fit = fits(question, item.sentence)
    verb = main_verb(question)
    score = item.score + (_NAMES_WEIGHT if asks_names(question) else _TYPE_WEIGHT) * fit
    score += _ARTICLE_BONUS if document.id == article.article.id else 0.0
    score += _VERB_WEIGHT if verb is not None and verb in roots(item.sentence.text) else 0.0
    return Candidate(item.sentence, document, score, fit, 1.0)


def answer_of(sentence: Sentence, article: Article) -> Sentence:
    """The sentence after a document's own question; any other sentence itself."""
    asks = sentence.text.endswith("?") and sentence.voice == "document"
    return (next_sentence(sentence, article) if asks else None) or sentence


def _answers_of_questions(candidates: Sequence[Candidate], article: Article) -> list[Candidate]:
    """The same, but of a document's own question the sentence after it: questions and answers on a page."""
    found: dict[str, Candidate] = {}
    for candidate in candidates:
        sentence = answer_of(candidate.sentence, article)
        known = found.get(sentence.id)
        if known is None or known.odds < candidate.odds:
            found[sentence.id] = replace(candidate, sentence=sentence)
    return list(found.values())


def asks_any_words(question: Question) -> bool:
    """Whether the question is what somebody says at all, on no topic: "What did Berry say?"."""
    asked = asked_speaker(question)
    if question.type != "who-said" or not asked or _WHOSE.search(question.text):
        return False
    named = {word for name in question.names for word in words(name)}
    return all(word in asked or word in named or word in STOP_WORDS or word in _SAYING for word in words(question.text))


def asks_words(question: Question) -> bool:
    """Whether somebody's very words are asked for."""
    return _ASKS_WORDS.search(question.text) is not None


def gives_words(question: Question, sentence: Sentence) -> bool:
    """Whether a sentence quotes whom the question names, where it asks for words as they were said."""
    if sentence.voice != "quoted" or not sentence.speaker or not asks_words(question):
        return False
    asked = {words(name)[-1] for name in names(question.text) if words(name)}
    return bool(asked & set(words(sentence.speaker)))


def inputs(question: Question, item: Evidence, found: Candidate) -> dict[str, float]:
    """What the model weighs: the retriever's signals, its score, and what the sentence holds."""
    verb = main_verb(question)
    return {
        **item.features,
        "score": item.score,
        "kind_fits": found.fits,
        "names_listed": found.fits if asks_names(question) else 0.0,
        "verb_here": float(verb is not None and verb in roots(found.sentence.text)),
        "spoken": float(found.sentence.voice != "document"),
    }


def weigh(values: Mapping[str, float]) -> float:
    """Logarithm of the odds, up to a constant that is the same for all sentences of one question."""
    return sum(
        max(-CLIP, min(CLIP, (values.get(name, mean) - mean) / spread)) * weight
        for name, (mean, spread, weight) in _MODEL.items()
    )


def _odds(score: float, best: float) -> float:
    return math.exp(math.log(CLOSE) * (1 - score / best) / (1 - _CLOSE_SCORE)) if best > 0 else 1.0


def roots(text: str) -> frozenset[str]:
    """Roots of all words of a text."""
    return frozenset(root(word) for word in words(text))
