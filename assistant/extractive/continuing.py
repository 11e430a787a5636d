"""A follow-up asks about what was just quoted, and the document mostly goes on with it: "Why?", "How much is it worth?"

Where a search finds nothing, or only the sentence that the reader has in front of him, the sentence after it is the
answer, should it hold the kind of thing that was asked for.
"""

from collections.abc import Sequence

from assistant.extractive import unanswered
from assistant.extractive.fitting import fits
from assistant.neighbours import next_sentence
from assistant.schema import Article, Draft, Question, Sentence
from assistant.text import content_words, words
from assistant.text.lexicon import root

MIN_SHOWN_CHARS = 16
"""Shorter sentences stand in an answer by chance."""
FITS = 0.5
"""Fit from which on the next sentence may answer."""


def shown(answer: str, article: Article) -> list[Sentence]:
    """Sentences that an answer holds word for word, in its order."""
    found = [
        sentence
        for sentence in article.sentence_of.values()
        if len(sentence.text) >= MIN_SHOWN_CHARS and sentence.text in answer
    ]
    return sorted(found, key=lambda sentence: answer.index(sentence.text))


def continuation(
    question: Question, asked: str, draft: Draft, before: Sequence[Sentence], article: Article
) -> Sentence | None:
    """What comes after the last of the sentences `before`, which the reader has seen, where that answers.

    `question` stands alone, `asked` is what the reader typed; `draft` is what a search found.
    """
    if not before or draft.status == "clarify" or draft.premise or draft.conflicts:
        return None
    if unanswered.asks_about_now(question, draft.confidence):
        return None
    seen = {sentence.id for sentence in before}
    if any(id_ not in seen for claim in draft.claims for id_ in claim.sentences):
        return None
    found = next_sentence(before[-1], article)
    own = {root(word) for word in content_words(asked)}
    if found is None or (own and fits(question, found) < FITS):
        return None
    # Where nothing at all was found, the sentence must speak of something that the reader named.
    return found if draft.claims or not own or own & {root(word) for word in words(found.text)} else None
