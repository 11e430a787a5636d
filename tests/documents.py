"""Small invented articles for tests of single parts: text in, labelled sentences out."""

from collections.abc import Mapping, Sequence

from assistant import voices
from assistant.questions import analyse
from assistant.schema import Article, Document, Evidence, Question, Sentence
from assistant.text import split_sentences, words


def article_of(
    texts: Mapping[str, str], *, published: str = "2023-11-15", title: str = "A wall for the harbour"
) -> Article:
    """One document a text; the first must be called `article`. The version is the texts themselves."""
    documents = []
    for name, text in texts.items():
        sentences = tuple(
            Sentence(id=f"{name}:{number}", start=start, end=end, text=text[start:end], paragraph=paragraph)
            for number, (start, end, paragraph) in enumerate(split_sentences(text), 1)
        )
        document = Document(
            id=name,
            kind="article" if name == "article" else "report",
            title=title if name == "article" else name.replace("-", " ").capitalize(),
            publisher="The Courier" if name == "article" else "The Board",
            published=published,
            url=f"https://{name}.example",
            text=text,
            sentences=sentences,
        )
        documents.append(voices.label(document))
    return Article(name="test", version=repr(sorted(texts.items())), documents=tuple(documents))


def evidence_for(question: Question, article: Article) -> tuple[Evidence, ...]:
    """Sentences by the share of the question's words that they and the sentence before them have, best first."""
    asked = set(question.terms) | {word for name in question.names for word in words(name)}
    found = []
    for document in article.documents:
        before: set[str] = set()
        for sentence in document.sentences:
            own = set(words(sentence.text))
            score = (len(asked & own) + 0.5 * len(asked & (before - own))) / max(1, len(asked))
            found.append(Evidence(sentence=sentence, document=document.id, score=score))
            before = own
    return tuple(sorted(found, key=lambda item: -item.score)[:20])


def ask(text: str, article: Article) -> tuple[Question, tuple[Evidence, ...]]:
    question = analyse(text)
    return question, evidence_for(question, article)


def texts_of(ids: Sequence[str], article: Article) -> list[str]:
    return [article.sentence_of[id_].text for id_ in ids]
