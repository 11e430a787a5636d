"""Vectors of an article's sentences, each computed once: what the version before had is taken over."""

from collections.abc import Callable, Sequence

import numpy as np

from assistant.index import ArticleIndex, Embedder, Encoded, TokenVectors
from assistant.schema import Article

Progress = Callable[[int, int], None]
"""Called with the number of sentences embedded so far, and of all that have to be."""

_BATCH = 64


def index_article(
    article: Article,
    embedder: Embedder | None,
    previous: ArticleIndex | None = None,
    progress: Progress | None = None,
) -> ArticleIndex:
    """An article with the vectors of its sentences; without an embedder or a sentence, with none."""
    texts = [sentence.text for document in article.documents for sentence in document.sentences]
    if embedder is None or not texts:
        return ArticleIndex(article, embedder.name if embedder else None, None, None)
    known = _known(previous) if previous and previous.model == embedder.name else {}
    # Texts of about one length share a batch, so that little of it is padding.
    new = sorted({text for text in texts if text not in known}, key=lambda text: (len(text), text))
    for start in range(0, len(new), _BATCH):
        batch = new[start : start + _BATCH]
        if progress:
            progress(start, len(new))
        encoded = embedder.encode(batch)
        known.update({text: (encoded, row) for row, text in enumerate(batch)})
    if progress and new:
        progress(len(new), len(new))
    encoded = _gathered([known[text] for text in texts])
    return ArticleIndex(article, embedder.name, encoded.sentence_vectors, encoded.token_vectors)


def _known(index: ArticleIndex) -> dict[str, tuple[Encoded, int]]:
    """Where each sentence's vectors are."""
    if index.sentence_vectors is None:
        return {}
    encoded = Encoded(index.sentence_vectors, index.token_vectors)
    return {sentence.text: (encoded, row) for row, sentence in enumerate(index.article.sentence_of.values())}


def _gathered(rows: Sequence[tuple[Encoded, int]]) -> Encoded:
    """The vectors of n texts in their order."""
    sentence_vectors = np.stack([encoded.sentence_vectors[row] for encoded, row in rows])
    parts = [(encoded.token_vectors, row) for encoded, row in rows]
    spans = [(tokens, slice(int(tokens.offsets[row]), int(tokens.offsets[row + 1]))) for tokens, row in parts if tokens]
    if len(spans) < len(rows):
        return Encoded(sentence_vectors, None)
    offsets = np.cumsum([0, *(span.stop - span.start for _, span in spans)], dtype=np.int64)
    vectors = np.concatenate([tokens.vectors[span] for tokens, span in spans])
    names = tuple(name for tokens, span in spans for name in tokens.tokens[span])
    return Encoded(sentence_vectors, TokenVectors(vectors, offsets, names))
