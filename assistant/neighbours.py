"""Sentences around a sentence. By id, because a document may be shown without some of its sentences."""

from assistant.schema import Article, Document, Sentence


def document_of(sentence: Sentence, article: Article) -> Document:
    """The document that holds the sentence."""
    return article.document_of[sentence.id.rsplit(":", 1)[0]]


def position(sentence: Sentence, document: Document) -> int:
    """Place of the sentence among those of its document, from 0."""
    return next(at for at, other in enumerate(document.sentences) if other.id == sentence.id)


def previous(sentence: Sentence, article: Article) -> Sentence | None:
    """The sentence before it in its document."""
    document = document_of(sentence, article)
    at = position(sentence, document)
    return document.sentences[at - 1] if at else None


def next_sentence(sentence: Sentence, article: Article) -> Sentence | None:
    """The sentence after it in its document."""
    return next(iter(following(sentence, article)), None)


def following(sentence: Sentence, article: Article) -> tuple[Sentence, ...]:
    """All sentences after it in its document."""
    document = document_of(sentence, article)
    return document.sentences[position(sentence, document) + 1 :]


def told_before(sentence: Sentence, article: Article, back: int = 1) -> str:
    """Text of up to `back` sentences before it, with the title of its document: what it may take up."""
    document = document_of(sentence, article)
    at = position(sentence, document)
    return " ".join((document.title, *(other.text for other in document.sentences[max(0, at - back) : at])))
