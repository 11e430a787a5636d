"""Questions that a reader could ask, made from the article's own sentences by fixed patterns.

They are only candidates: the pipeline offers those that it can answer.
"""

import re
from collections import Counter
from collections.abc import Iterator

from assistant.schema import Article, Document
from assistant.text import STOP_WORDS

_DEFINITION = re.compile(
    r"^(?P<article>An?) (?P<noun>[a-z]+(?: [a-z]+){0,2}) (?:is|are) (?:a|an|the)\b|"
    r"\b(?:specifically refers to|known as) (?P<name>(?:the )?[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){1,4})"
)
_ANNOUNCED = re.compile(
    r"^(?P<who>(?:The )?[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]+){0,4}) "
    r"(?P<verb>announced|confirmed|approved|selected|launched|opened|closed|granted|rejected)\b "
    r"(?P<what>(?:an?|the|its|his|her|their|[A-Z])\b[^,.;]{4,60}?)"
    r"(?= on | in | by | of \w+day|[,.;])"
)
_NAME = re.compile(r"(?:The )?[A-Z][\w’'.-]+(?: (?:of|for|the|de|[A-Z][\w’'.-]+))*")
_BASE = {
    "announced": "announce",
    "confirmed": "confirm",
    "approved": "approve",
    "selected": "select",
    "launched": "launch",
    "opened": "open",
    "closed": "close",
    "granted": "grant",
    "rejected": "reject",
}
MAX_SPEAKERS = 6


def candidates(article: Article) -> tuple[str, ...]:
    """Questions in the order in which they are worth offering; some cannot be answered."""
    found: dict[str, None] = {}
    for document in article.documents:
        found.update(dict.fromkeys(_about(document)))
    # Speakers of the article itself come first: a reader has just met them.
    speakers = [*_speakers(article.documents[:1]), *_speakers(article.documents[1:])]
    named = dict.fromkeys(speaker.replace("The ", "the ", 1) for speaker in speakers)
    said = [f"What did {speaker} say?" for speaker in named][:MAX_SPEAKERS]
    about = list(found)
    mixed = [question for pair in zip(said, about, strict=False) for question in pair]
    return tuple(dict.fromkeys([*mixed, *said, *about]))


def _about(document: Document) -> Iterator[str]:
    for sentence in document.sentences:
        if sentence.voice == "quoted":
            continue
        if match := _DEFINITION.search(sentence.text):
            if match["name"]:
                yield f"What is {match['name']}?"
            elif not STOP_WORDS.intersection(match["noun"].split()):
                yield f"What is {match['article'].lower()} {match['noun']}?"
        if match := _ANNOUNCED.match(sentence.text):
            who = match["who"][0].lower() + match["who"][1:] if match["who"].startswith("The ") else match["who"]
            yield f"When did {who} {_BASE[match['verb']]} {match['what']}?"


def _speakers(documents: tuple[Document, ...]) -> list[str]:
    counts: Counter[str] = Counter()
    for document in documents:
        for sentence in document.sentences:
            if sentence.speaker and sentence.speaker != document.publisher and _NAME.fullmatch(sentence.speaker):
                counts[sentence.speaker] += 1 + (sentence.voice == "quoted")
    return [speaker for speaker, _ in counts.most_common()]
