"""Where the documents disagree: sentences that cannot all be true, found by comparing what they state."""

import re
from collections.abc import Sequence

from assistant.schema import Article, DraftConflict, Question, Sentence
from assistant.text import content_words, stem

_CUE = re.compile(r"\bcontradicts?\b|\bdisputed?\b|\bdenied\b", re.I)


def find(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[DraftConflict, ...]:
    """Disagreements in which one of `sentences`, the ones that answer, takes part."""
    found = []
    for sentence in sentences:
        own = {stem(word) for word in content_words(sentence.text)}
        for document in article.documents:
            for other in document.sentences:
                if other.id.rsplit(":", 1)[0] == sentence.id.rsplit(":", 1)[0] or not _CUE.search(other.text):
                    continue
                shared = own & {stem(word) for word in content_words(other.text)}
                if len(shared) >= 5:
                    found.append(DraftConflict(sentences=(sentence.id, other.id), about="this"))
    return tuple(found[:1])
