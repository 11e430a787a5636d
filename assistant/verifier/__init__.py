"""May a proposed claim be shown? Mechanical checks refuse; only equality or a judge supports.

Support is granted in two ways: the claim is its cited sentences word for word (a quote), or a judge says that the cited
sentences entail it (a paraphrase); and never when a check refused. Every refusal has a reason that a person can read.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Protocol

from assistant.schema import Article, DraftClaim, Sentence, Verdict
from assistant.text import names
from assistant.text.lexicon import is_english
from assistant.verifier import figures, modality, naming, polarity, quantifiers
from assistant.verifier.attribution import Source, misquoted, same_speaker, unattributed
from assistant.verifier.tokens import Reading, typeset

MAX_CLAIM_CHARS = 2_000
MAX_CITED_CHARS = 20_000
MAX_CITED_SENTENCES = 20
"""What is longer is compared word for word only: no fair paraphrase needs it, and checking it could be made slow."""

_LOOK_ALIKE = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"))
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_PHONETIC = (("\u0250", "\u02af"), ("\u1d00", "\u1dbf"), ("\u0300", "\u036f"))
_AMBIGUOUS_IN_CASE = frozenset(("may", "us", "who", "it"))


class Judge(Protocol):
    """Says whether sentences entail a claim; None when it failed, which grants nothing."""

    def __call__(self, claim: str, sentences: Sequence[str]) -> bool | None: ...


def check(
    claim: DraftClaim, article: Article, shown: Collection[str] | None = None, judge: Judge | None = None
) -> Verdict:
    """Whether the claim may be shown.

    `shown` are the ids of the sentences that the answerer was given; None when it had all of them.
    """
    reason = _uncited(claim, article, shown)
    if reason:
        return Verdict(supported=False, reason=reason)
    sources = _sources(claim, article)
    if _word_for_word(claim.text, sources):
        reason = _refused_verbatim(claim, sources)
        return Verdict(supported=reason is None, reason=reason)
    reason = _strange(claim.text, sources) or _refused(claim, article, sources)
    if reason is None and claim.kind == "quote":
        reason = _not_verbatim(claim.text, sources)
    if reason is None and judge is None:
        reason = "the claim is not the cited sentences word for word, and there is no model to judge a paraphrase"
    if reason is None and judge is not None and judge(claim.text, [s.sentence.text for s in sources]) is not True:
        reason = "the judge does not find the claim in the cited sentences"
    return Verdict(supported=reason is None, reason=reason)


# What is cited


def _uncited(claim: DraftClaim, article: Article, shown: Collection[str] | None) -> str | None:
    if _blank(claim.text):
        return "the claim is empty"
    if not claim.sentences:
        return "the claim cites no sentence"
    for id_ in claim.sentences:
        if id_ not in article.sentence_of:
            return f"there is no sentence {id_}"
        if shown is not None and id_ not in shown:
            return f"the sentence {id_} was not among those given"
        if _blank(article.sentence_of[id_].text):
            return f"the sentence {id_} is empty"
    return None


def _blank(text: str) -> bool:
    return all(character.isspace() or unicodedata.category(character)[0] == "C" for character in text)


def _sources(claim: DraftClaim, article: Article) -> list[Source]:
    """Cited sentences, each once, in the order of their document; documents in the order in which they are cited."""
    document_of = {s.id: document for document in article.documents for s in document.sentences}
    cited = [Source(article.sentence_of[id_], document_of[id_]) for id_ in dict.fromkeys(claim.sentences)]
    order = {source.document.id: i for i, source in reversed(list(enumerate(cited)))}
    return sorted(cited, key=lambda source: (order[source.document.id], source.sentence.start))


# Word for word


def _word_for_word(text: str, sources: Sequence[Source]) -> bool:
    return _equal(typeset(text), typeset(" ".join(source.sentence.text for source in sources)))


def _equal(claim: str, cited: str) -> bool:
    """Equal but for case, where case changes no word, and for a last full stop."""
    claim, cited = claim.removesuffix("."), cited.removesuffix(".")
    if claim == cited:
        return True
    if claim.casefold() != cited.casefold():
        return False
    return claim == cited.upper() or all(
        mine == theirs or _same_word(mine, theirs) for mine, theirs in zip(claim.split(), cited.split(), strict=True)
    )


def _same_word(mine: str, theirs: str) -> bool:
    """Whether only the capital of a first letter differs, and not between `May` and `may`."""
    return mine[1:] == theirs[1:] and mine.casefold().strip(",.;:!?\"'()") not in _AMBIGUOUS_IN_CASE


def _refused_verbatim(claim: DraftClaim, sources: Sequence[Source]) -> str | None:
    """A quote gets a frame that names one voice; a paraphrase has none and must name its speaker itself."""
    if claim.kind == "paraphrase":
        return unattributed(claim.text, sources)
    first = sources[0].sentence
    for source in sources:
        sentence = source.sentence
        if (sentence.voice, sentence.speaker) != (first.voice, first.speaker) and not _self_attributed(sources):
            return "the claim quotes more than one speaker and does not say whose each sentence is"
    return None


def _self_attributed(sources: Sequence[Source]) -> bool:
    """Whether every sentence that is somebody's words names them itself."""
    return all(
        not source.reports
        or any(same_speaker(name, source.sentence.speaker or "") for name in names(source.sentence.text))
        for source in sources
    )


def _not_verbatim(text: str, sources: Sequence[Source]) -> str:
    claimed, held = typeset(text), [typeset(source.sentence.text) for source in sources]
    if any(_equal(claimed, one) for one in held):
        return "the claim quotes fewer sentences than it cites"
    if len(held) > 1 and sorted(claimed.split()) == sorted(" ".join(held).split()):
        return "the claim quotes the cited sentences in another order than their document"
    return "the claim is marked as a quote and is not its cited sentences word for word"


# Refusals


def _strange(text: str, sources: Sequence[Source]) -> str | None:
    """A character that a reader cannot see or cannot tell from another, and that the cited sentences do not have."""
    text = unicodedata.normalize("NFC", text)
    known = {character for source in sources for character in source.sentence.text}
    scripts = Counter(map(_script, text))
    dominant = 2 * scripts["LATIN"] >= sum(scripts[script] for script in _LOOK_ALIKE)
    for character in dict.fromkeys(text):
        if character in known or character.isspace() or (character.isascii() and character.isprintable()):
            continue
        if unicodedata.category(character)[0] == "C" or character in _BLANK_LETTERS:
            return f"the claim holds an invisible character (U+{ord(character):04X})"
        foreign = dominant and _script(character) in _LOOK_ALIKE - {"LATIN"}
        if foreign or any(first <= character <= last for first, last in _PHONETIC):
            return f"the claim holds a look-alike character (U+{ord(character):04X})"
    for word in text.split():
        if not word.isascii() and len({_script(c) for c in word} & _LOOK_ALIKE) > 1:
            return f"the word “{word}” mixes alphabets"
    return None


@lru_cache(maxsize=4096)
def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0] if character.isalpha() else ""


def _refused(claim: DraftClaim, article: Article, sources: Sequence[Source]) -> str | None:
    """The first check that refuses; checks of English words are left out for a claim in another language."""
    cited_chars = sum(len(source.sentence.text) for source in sources)
    if len(claim.text) > MAX_CLAIM_CHARS or cited_chars > MAX_CITED_CHARS or len(sources) > MAX_CITED_SENTENCES:
        return "the claim or what it cites is too long to be checked as a paraphrase"
    said = Reading([claim.text])
    evidence = Reading(
        [source.sentence.text for source in sources],
        hedged=any(source.sentence.hedges for source in sources),
        reports=any(source.reports for source in sources),
    )
    labels = _labels(sources)
    english = is_english([token.low for token in said.tokens])
    sentences: Collection[Sentence] = article.sentence_of.values()
    return (
        misquoted(claim.text, sources, sentences)
        or (_english(said, evidence, labels) if english else figures.digits_missing(said, evidence))
        or (claim.kind == "paraphrase" and unattributed(claim.text, sources))
        or None
    )


def _english(claim: Reading, cited: Reading, labels: Sequence[str]) -> str | None:
    return (
        figures.missing(claim, cited)
        or naming.missing(claim, cited, labels)
        or polarity.changed(claim, cited)
        or modality.changed(claim, cited)
        or quantifiers.changed(claim, cited)
    )


def _labels(sources: Sequence[Source]) -> list[str]:
    labels: dict[str, None] = {}
    for source in sources:
        document = source.document
        for label in (source.sentence.speaker, document.title, document.publisher, document.author):
            if label:
                labels[label] = None
    return list(labels)
