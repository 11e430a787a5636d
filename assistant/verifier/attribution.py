"""Whose words: quotation marks must hold the very words of the one they are given to, and an opinion keeps its owner.

`misquoted` and `unattributed` compare a claim with the sentences it cites and return why they refuse; neither grants
support. Linear in claim, sentences and their paragraphs.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from assistant.schema import Document, Sentence
from assistant.text import STOP_WORDS, names
from assistant.text.lexicon import PRIVATIVE, SAME_NAMES, SAYING, SPEECH, SPEECH_NOUNS, TITLE_FORMS, TITLES, is_english
from assistant.text.quotations import quotations
from assistant.verifier.tokens import Reading, Token, plain, tokenise

_QUOTED_WORD = re.compile(r"[^\W_]+(?:['.,:/-][^\W_]+)*|[$€£¥](?=\d)|%")
_BLANK_MARKS = re.compile(r"[“„«‹「『]\s+[”»›」』]")
_HOLE = "\ufffc"
"""Stands for a quotation in the words around it."""
_BETWEEN = frozenset(("has", "have", "had", "was", "is", "also", "later", "then", "earlier", "once", "again", "who"))
_INVERTED = frozenset(("say", "add", "note", "explain", "argue"))
_MOST_NAMES = 40
"""No real sentence names more; a hostile one costs no more time than this."""
_DOCUMENT_WORDS = frozenset(("article", "story", "report", "document", "source", "brief", "piece", "page", "text"))


@dataclass(frozen=True)
class Source:
    """A cited sentence and its document."""

    sentence: Sentence
    document: Document

    @cached_property
    def reading(self) -> Reading:
        return Reading([self.sentence.text])

    @property
    def reports(self) -> bool:
        """Whether it gives another's words or thoughts, and not those of the document's own publisher."""
        speaker = self.sentence.speaker
        own = speaker is not None and same_speaker(speaker, self.document.publisher)
        return self.sentence.voice != "document" and not own

    @cached_property
    def quoted(self) -> tuple[str, ...]:
        """The parts of the sentence inside quotation marks; all of it when a longer quotation surrounds it."""
        start, text = self.sentence.start, self.document.text
        block_start = text.rfind("\n\n", 0, start) + 1
        block_end = text.find("\n\n", self.sentence.end)
        inside = []
        for quotation in quotations(text[block_start : block_end if block_end >= 0 else len(text)]):
            first = max(quotation.start + block_start, start)
            last = min(quotation.end + block_start, self.sentence.end)
            if first < last:
                inside.append(text[first:last])
        if not inside and self.sentence.voice == "quoted":
            return (self.sentence.text,)
        return tuple(inside)


@dataclass(frozen=True)
class _Attribution:
    """Somebody whom a text makes say something."""

    name: tuple[Token, ...]

    @property
    def text(self) -> str:
        return " ".join(token.text for token in self.name)

    @property
    def start(self) -> int:
        return self.name[0].start


# Quotations


def misquoted(claim: str, sources: Sequence[Source], elsewhere: Iterable[Sentence]) -> str | None:
    """Why a quotation inside a claim is not what its marks promise; None when all are, or there is none.

    `elsewhere` are the article's sentences, read only to tell a quotation that is miscited from one that is invented.
    """
    if _BLANK_MARKS.search(claim):
        return "quotation marks around nothing"
    found = quotations(claim)
    around = Reading([_around(claim)])
    holes = [place for place, character in enumerate(around.text) if character == _HOLE]
    given_to = list(_attributions(around))
    for quotation, hole in zip(found, holes, strict=True):
        inner = claim[quotation.start : quotation.end]
        said = _joined(inner)
        if said == _joined(""):
            return "quotation marks around nothing"
        if any(said in _joined(source.document.title) for source in sources):
            continue
        owner = min(given_to, key=lambda attribution: abs(attribution.start - hole), default=None)
        reasons = [_not_owned(said, owner, source) for source in sources if said in _joined(source.sentence.text)]
        if not reasons:
            return _not_found(inner, said, elsewhere)
        if all(reasons):
            return f"the quotation {inner} {reasons[0]}"
    return None


def _around(claim: str) -> str:
    """The claim with a hole for every quotation."""
    parts, end = [], 0
    for quotation in quotations(claim):
        parts.append(claim[end : quotation.start].replace(_HOLE, " "))
        end = quotation.end
    parts.append(claim[end:].replace(_HOLE, " "))
    return f" {_HOLE} ".join(parts)


def _joined(text: str) -> str:
    """Words between separators, so that a run of whole words is a substring."""
    return "\0" + "".join(word + "\0" for word in _QUOTED_WORD.findall(plain(text).lower()))


def _not_found(inner: str, said: str, elsewhere: Iterable[Sentence]) -> str:
    for sentence in elsewhere:
        if said in _joined(sentence.text):
            return f"the quotation {inner} is not in the cited sentences but in {sentence.id}"
    return f"the quotation {inner} is in none of the documents word for word"


def _not_owned(said: str, owner: _Attribution | None, source: Source) -> str | None:
    """Why these words of the source may not stand in quotation marks as the owner's."""
    speaker = source.sentence.speaker
    theirs = owner is not None and not _names_document(owner, source.document)
    if any(said in _joined(part) for part in source.quoted):
        if owner and theirs and speaker and not same_speaker(owner.text, speaker):
            return f"is {speaker}'s, not {owner.text}'s"
        return None
    if source.document.form == "brief":
        return "is the wording of a brief, which sums its source up in other words"
    if owner and theirs and source.reports:
        return f"is the document's wording, not {owner.text}'s own"
    return None


def _names_document(owner: _Attribution, document: Document) -> bool:
    return same_speaker(owner.text, document.publisher) or any(token.low in _DOCUMENT_WORDS for token in owner.name)


# Speakers


def unattributed(claim: str, sources: Sequence[Source]) -> str | None:
    """Why the claim tells somebody's words as fact or as somebody else's; None when it names whose they are.

    Of a claim in another language only the speaker's name is looked for.
    """
    around = Reading([_around(claim)])
    whole = Reading([claim])
    told = {root for source in sources if not source.reports for root in source.reading.roots}
    english = is_english([token.low for token in whole.tokens])
    marked = bool(around.roots & (SPEECH | SPEECH_NOUNS))
    for source in sources:
        if not source.reports or (english and not (_content(whole) - told) & _reported(source)):
            continue
        speaker = source.sentence.speaker
        if speaker and not _named(speaker, around, source):
            return f"{speaker} says this; the claim does not name {speaker}"
        if english and not marked:
            return f"{speaker or 'somebody'} says this; the claim tells it as fact"
    return _wrong_speaker(around, sources)


def _wrong_speaker(around: Reading, sources: Sequence[Source]) -> str | None:
    speakers = [source.sentence.speaker for source in sources if source.sentence.speaker]
    heard = [found.text for source in sources for found in _attributions(source.reading)]
    authors = [source.document.author for source in sources if source.document.author]
    others = list(dict.fromkeys((*speakers, *authors, *heard)))[:_MOST_NAMES]
    speech = any(source.reading.roots & (SPEECH | SPEECH_NOUNS) for source in sources)
    said_by = {attribution.text: attribution for attribution in _attributions(around)}
    for attribution in list(said_by.values())[:_MOST_NAMES]:
        if any(_names_document(attribution, source.document) for source in sources):
            continue
        if any(same_speaker(attribution.text, other) for other in others):
            continue
        if speakers:
            return f"the cited sentences give the words of {speakers[0]}, not of {attribution.text}"
        if not speech:
            return f"the cited sentences do not say that {attribution.text} said so"
    return None


def _attributions(reading: Reading) -> Iterator[_Attribution]:
    """Names that stand as the subject of a verb of saying or after `according to`."""
    tokens = reading.tokens
    for place, token in enumerate(tokens):
        run: tuple[Token, ...] = ()
        if token.root in SAYING:
            run = _subject(tokens, place)
            after = tokens[place + 1 : place + 2]
            if not run and token.root in _INVERTED and after and not after[0].after_comma:
                run = _run_from(tokens, place + 1)
        elif token.low == "according":
            run = _run_from(tokens, place + 2) or _run_from(tokens, place + 3)
        if run:
            yield _Attribution(run)


def _subject(tokens: Sequence[Token], place: int) -> tuple[Token, ...]:
    """The name right before a verb, past helping verbs, adverbs, an apposition between commas, `'s letter`."""
    clause, i = tokens[place].clause, place - 1
    if tokens[place].after_comma:
        opening = next((j for j in range(place - 1, max(0, place - 12), -1) if tokens[j].after_comma), place)
        if opening < place and (name := _run_to(tokens, opening - 1, clause)):
            return name
    while i >= 0 and tokens[i].clause == clause and (tokens[i].low in _BETWEEN or tokens[i].low.endswith("ly")):
        i -= 1
    if i > 0 and tokens[i].root in SPEECH_NOUNS and tokens[i - 1].capital:
        i -= 1
    return _run_to(tokens, i, clause)


def _run_to(tokens: Sequence[Token], last: int, clause: int) -> tuple[Token, ...]:
    first = last
    while first >= 0 and last - first < 8 and tokens[first].capital and tokens[first].clause == clause:
        first -= 1
    return _name(tokens[first + 1 : last + 1])


def _run_from(tokens: Sequence[Token], first: int) -> tuple[Token, ...]:
    last = first
    while last < len(tokens) and last - first < 8 and tokens[last].capital:
        if last > first and (tokens[last].after_comma or tokens[last].clause != tokens[first].clause):
            break
        last += 1
    return _name(tokens[first:last])


def _name(run: Sequence[Token]) -> tuple[Token, ...]:
    """Without the capitals of a sentence's first word and of titles."""
    kept = [t for t in run if t.low not in STOP_WORDS and t.low not in TITLES and t.low not in TITLE_FORMS]
    return tuple(kept)


def same_speaker(name: str, other: str) -> bool:
    """Whether two names can be one speaker's: `Berry` and `Mayor Berry`, `the AP` and `The Associated Press`."""
    first, second = _bare(name), _bare(other)
    if not first or not second:
        return False
    mine, theirs = [t.low for t in first], [t.low for t in second]
    shorter, longer = sorted((mine, theirs), key=len)
    if shorter[-1] == longer[-1] and (len(shorter) == 1 or _within(shorter, longer)):
        return True
    full = second if shorter is mine else first
    initials = {"".join(t.low[0] for t in full), "".join(t.low[0] for t in full if t.capital)}
    if len(shorter) == 1 and len(longer) > 1 and shorter[0] in initials:
        return True
    return any(" ".join(mine) in same and " ".join(theirs) in same for same in SAME_NAMES)


@lru_cache(maxsize=256)
def _bare(name: str) -> tuple[Token, ...]:
    tokens = [t for t in tokenise(plain(name)) if t.low not in {"the", "a", "an", "of"} and t.low not in PRIVATIVE]
    return tuple(t for t in tokens if t.low not in TITLES and t.low not in TITLE_FORMS) or tuple(tokens)


def _within(shorter: Sequence[str], longer: Sequence[str]) -> bool:
    rest = iter(longer)
    return all(word in rest for word in shorter)


def _named(speaker: str, claim: Reading, source: Source) -> bool:
    """Whether the claim names the speaker, or the role that the cited sentence gives them."""
    people = names(speaker)
    if any(same_speaker(name, person) for name in names(claim.text)[:_MOST_NAMES] for person in people[:4]):
        return True
    plain_words = {t.root for t in tokenise(plain(speaker)) if t.content and not t.capital}
    return bool((plain_words | _roles(speaker, source.reading)) & claim.roots)


def _roles(speaker: str, reading: Reading) -> set[str]:
    """Titles before the speaker's name in the sentence, and the last word of an apposition after it."""
    bare = _bare(speaker)
    roles: set[str] = set()
    for place in reading.places.get(bare[-1].root, ())[:20] if bare else ():
        roles |= {t.root for t in reading.tokens[max(0, place - 5) : place] if t.low in TITLES and t.capital}
        rest = reading.tokens[place + 1 : place + 10]
        if rest and rest[0].after_comma:
            end = next((i for i, t in enumerate(rest[1:], 1) if t.after_comma), 0)
            roles |= {t.root for t in rest[:end] if t.content and (t.low in TITLES or t is rest[end - 1])}
    return roles


def _content(reading: Reading) -> set[str]:
    return {token.root for token in reading.tokens if token.content}


def _reported(source: Source) -> set[str]:
    """Content words of what is said, without those that only say who says it."""
    tokens = source.reading.tokens
    bare = _bare(source.sentence.speaker or "")
    named = [i for i in source.reading.places.get(bare[-1].root, ()) if tokens[i].capital] if bare else []
    verbs = [i for i, token in enumerate(tokens) if token.root in SAYING]
    pair = min(((s, v) for s in named[:20] for v in verbs[:50]), key=lambda p: abs(p[0] - p[1]), default=None)
    if pair is None or source.quoted == (source.sentence.text,):
        return _content(source.reading)
    subject, verb = pair
    if subject < verb < len(tokens) - 3:
        # In `“We waited,” Lee said after the vote` the words come before the verb.
        quoted = {t.root for part in source.quoted for t in tokenise(part) if t.content}
        return quoted | {t.root for t in tokens[verb + 1 :] if t.content}
    return {t.root for i, t in enumerate(tokens) if t.content and i not in (subject, verb)}
