"""What a reader is told when nothing answers: what is missing, as of when, or what to say more clearly."""

import re
from collections import Counter
from collections.abc import Sequence

from assistant.schema import Article, Document, Question
from assistant.text import content_words, grammar
from assistant.text.dates import readable_date

MAX_ECHO = 160
"""Characters of the reader's own words that are repeated."""
_MARKS = re.compile(r"[\[\]<>“”\"`*_#|{}\\]")
_PLAIN_NAME = re.compile(r"[A-Z][a-z’'.-]{1,24}(?: [A-Z][a-z’'.-]{1,24}){0,3}")
_KIND_OF_ANSWER = {
    "who": "do not name who is asked for",
    "when": "do not give the date or time asked for",
    "where": "do not name the place asked for",
    "how-many": "do not give the number asked for",
    "how-much": "do not give the amount asked for",
    "why": "do not give the reason asked for",
    "list": "do not list what is asked for",
    "who-said": "do not have the statement asked for",
    "definition": "do not explain what is asked",
}


def missing(question: Question, unmatched: Sequence[str] = ()) -> str:
    """What the documents leave open, in the question's own words: bounded, on one line, without marks that format.

    `unmatched` are names and words of the question that the nearest sentences do not have.
    """
    asked = _plain(question.text)
    clause = grammar.indirect(asked) if len(asked) <= MAX_ECHO else None
    if clause:
        told = f"The documents do not say {clause}."
    else:
        # What is no plain question is not repeated: it may be an order to say just that.
        told = f"The documents {_KIND_OF_ANSWER.get(question.type, 'do not answer this')}."
    first = question.text.lstrip("\"'“ ").split(" ", 1)[0]
    unknown = [name for name in unmatched if name in question.names and _PLAIN_NAME.fullmatch(name) and name != first]
    if unknown:
        told += f" The nearest passage does not mention {' or '.join(unknown[:2])}."
    return told


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub(" ", text).split())


# --- questions about a time after the documents ----------------------------------------------------------------------

_NOW = re.compile(
    r"\b(?:today|right now|nowadays|these days|currently|at present|at the moment|presently|(?:this|last|next) week"
    r"|yesterday|tomorrow|tonight|latest|by now)\b|\bnow\W*$",
    re.I,
)
_PERHAPS_NOW = re.compile(
    r"\b(?:now|current|this (?:month|year)|(?:last|next) (?:month|year)|so far|to date|recently)\b"
    r"|\b(?:is|are|does|do|has|have|can)(?:n['’]t)?\b[^?]{0,80}\b(?:still|yet|already|any ?more)\b",
    re.I,
)
_SURE = 0.8
"""Probability of an answer from which on "so far" and "this year" are taken as the documents mean them."""
_STATES_NOW = re.compile(
    r"\b(?:today|now|currently|current|present(?:ly)?|still|incumbent|as of|so far|to date|latest|nowadays|already|yet"
    r"|this (?:week|month|year)|(?:last|next) (?:week|month|year)|tonight|tomorrow|yesterday|recently)\b",
    re.I,
)


def asks_about_now(question: Question, probability: float) -> bool:
    """Whether the question asks how things stand when it is asked, and not only when the documents were written."""
    return bool(_NOW.search(question.text)) or (probability < _SURE and bool(_PERHAPS_NOW.search(question.text)))


def states_now(text: str) -> bool:
    """Whether a sentence says that it tells how things stood when it was written."""
    return bool(_STATES_NOW.search(text))


def as_of(question: Question, documents: Sequence[Document]) -> str:
    """What is missing, with the date of the newest of the documents that bear on it."""
    newest = max(documents, key=lambda document: document.published)
    return f"{missing(question)} The newest document that bears on it is from {readable_date(newest.published)}."


# --- questions that do not say what they are about -------------------------------------------------------------------

_PRONOUN = r"(?:it|that|this|they|them|he|him|she|her|those|these|so|one|ones)"
_UNCLEAR = re.compile(
    rf"(?:(?:and|but|so|ok|well)\s+)?(?:(?:what|how) about (?:{_PRONOUN}|there)"
    rf"|(?:what|who|why|how|when|where|which)(?: (?:is|was|are|were|did|does|do"
    rf"|will))?(?: {_PRONOUN})?(?: (?:mean|happen|say|do|go))?"
    rf"|tell me (?:more|about {_PRONOUN})|more|explain|go on|continue|{_PRONOUN}|yes|no|ok|okay|sure|really"
    r"|the (?:first|second|third|last|other) one"
    rf"|(?:is|was|are|were|did|does|do|has|have|can|will) {_PRONOUN}(?: \w+)?)[\s?!.]*$",
    re.I,
)
_PERSON = re.compile(r"\b(he|she|him|his|her)\b", re.I)
_ASKING = frozenset(("say", "tell", "and", "many", "much", "exactly"))
_MAX_PEOPLE = 4


def ask_back(question: Question, article: Article) -> str | None:
    """A question back when nothing in the question says whom or what it is about; `None` when it is clear enough."""
    text = question.text.strip()
    person = _PERSON.search(text)
    alone = person is not None and not question.names and not (set(content_words(text[: person.start()])) - _ASKING)
    if not alone and not _UNCLEAR.match(text):
        return None
    title = article.article.title
    if person is None or not (people := _people(article)):
        return f"What do you mean? Name the person, place or event in “{title}” that you ask about."
    told = people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"
    return f"Whom do you mean by “{person.group().lower()}”? The documents quote {told}."


def which(role: str, speakers: Sequence[str]) -> str:
    """A question back when several people hold the role that the question names."""
    told = f"{', '.join(speakers[:-1])} or {speakers[-1]}"
    return f"Which {_plain(role)} do you mean: {told}?"


def _people(article: Article) -> list[str]:
    """Those who speak most often, the article's own speakers first."""
    counts: Counter[str] = Counter()
    for document in article.documents:
        for sentence in document.sentences:
            if sentence.speaker and " " in sentence.speaker and sentence.speaker != document.publisher:
                counts[sentence.speaker] += 1 + 3 * (document.id == article.article.id)
    return [speaker for speaker, _ in counts.most_common(_MAX_PEOPLE)]
