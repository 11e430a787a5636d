"""Whose words each sentence is: the document's own, a speaker's word for word, or a speaker's as the document tells it.

A speaker is named as the document names them, in the fullest form that it gives. Where that is not safe (a pronoun with
two people before it, a surname that two bear) the speaker stays unknown: `None` is better than a guess.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from assistant.schema import Document, Sentence, Voice
from assistant.text.quotations import Quotation, quotations
from assistant.voices.clauses import QUOTED, first_verb
from assistant.voices.hedging import HEDGES, hedges
from assistant.voices.speakers import Speakers, Subject, may_be_they
from assistant.voices.speech import Attribution, attribution

__all__ = ["HEDGES", "hedges", "label"]

_MOSTLY, _WHOLLY = 0.5, 0.8
"""Shares of a sentence's words in quotation marks that make it a quotation: with a speaker named, and without."""
_TERM_WORDS = 3
"""A quotation of so few words without a stop is a term, a title or a scare quote, and nobody's speech."""
_PART_WORDS = 6
"""Words in quotation marks from which on they are speech that goes on from the sentence before."""
_LONGEST_SENTENCE = 2_000
"""Characters of a sentence that are searched for its speaker."""

_WORDS = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_STOP_INSIDE = re.compile("[.,?!\u2026][\"'\u201d\u2019\u00bb\u201c\u300d]*\\Z")
_CAPITAL_QUOTATION = re.compile("[\"'\u201c\u2018\u00ab\u201e\u300c]+\\s?[^\\W\\d_a-z]")
_BLOCK_INTRODUCTION = re.compile(
    r"(?:From|Via|Excerpts? from|As reported by|Per|According to|Here(?:['\u2019]s| is) (?:how|what)) "
    r"(?P<speaker>[^:]{2,80}?)(?: (?:put|puts|described|reported|said|wrote) (?:it|this|that))?:"
)
_HE_OR_SHE = re.compile(r"\b(?:he|she)\b", re.IGNORECASE)
_PUBLICATION_SAYS = re.compile(r"(?P<speaker>[Tt]he (?:\w+ ){0,2}\w+) (?:dates|puts|counts|lists|quotes|cites|gives)\b")


def label(document: Document) -> Document:
    """The document with voice, speaker and hedges of its sentences filled in; they must have been split before."""
    labels = _Labels(document, Speakers(document.text, document.publisher, document.kind))
    for _, paragraph in groupby(document.sentences, key=lambda sentence: sentence.paragraph):
        labels.add(list(paragraph))
    return document.model_copy(update={"sentences": tuple(said.sentence for said in labels.done)})


@dataclass(frozen=True)
class _Said:
    """A labelled sentence, and whom a pronoun after it may mean."""

    sentence: Sentence
    people: tuple[str, ...]

    @property
    def speaks(self) -> bool:
        return self.sentence.voice != "document"


@dataclass(frozen=True)
class _Reading:
    """What a sentence's own words show."""

    sentence: Sentence
    masked: str
    quotes: tuple[tuple[int, int], ...]
    """Its parts inside quotation marks that are speech, not terms; offsets in the sentence."""
    continues: bool
    """Whether its last quotation goes on in the next sentence."""
    attribution: Attribution | None

    @property
    def quoted(self) -> bool:
        """Whether its essential content is a direct quotation."""
        text = self.sentence.text
        inside = sum(len(_WORDS.findall(text[start:end])) for start, end in self.quotes)
        share = inside / max(1, len(_WORDS.findall(text)))
        if self.attribution is None or share >= _MOSTLY:
            return share >= (_MOSTLY if self.attribution else _WHOLLY)
        begins = bool(self.quotes) and self.quotes[0][0] == 0
        return begins or self.closes_with_quotation or self._closes_after(",")

    @property
    def partly_quoted(self) -> bool:
        """Whether a good part of it is somebody's words, although it names nobody."""
        return any(len(_WORDS.findall(self.sentence.text[start:end])) >= _PART_WORDS for start, end in self.quotes)

    @property
    def closes_with_quotation(self) -> bool:
        """Whether a whole sentence is quoted after a colon: `Bell thinks otherwise: “The cable was old.”`"""
        return self._closes_after(":")

    def _closes_after(self, mark: str) -> bool:
        text = self.sentence.text
        start, end = self.quotes[-1] if self.quotes else (0, 0)
        introduced = text[:start].rstrip().endswith(mark)
        return introduced and end == len(text) and _CAPITAL_QUOTATION.match(text, start) is not None


@dataclass
class _Labels:
    """Labels one paragraph after another and remembers what the next one needs."""

    document: Document
    speakers: Speakers
    done: list[_Said] = field(default_factory=list)
    before: list[_Said] = field(default_factory=list)
    """The paragraph before."""
    open: bool = False
    """Whether that one ended inside a quotation."""
    introduced: tuple[Voice, str | None] | None = None
    """How it introduced this one, when it ended in a colon."""
    genders: dict[str, str] = field(default_factory=dict)
    """What pronouns before have told of people."""
    marked: bool = False
    """Whether it was set as a quotation, by `>` as in Markdown."""

    def add(self, paragraph: Sequence[Sentence]) -> None:
        """Label the sentences of the next paragraph."""
        readings = self._read(paragraph)
        marked = paragraph[0].text.startswith(">")
        if marked:
            before = self.before[-1].sentence.speaker if self.marked else None
            self.introduced = "quoted", self.introduced[1] if self.introduced else before
        said: list[_Said] = []
        for place, reading in enumerate(readings):
            voice, speaker = self._voice(readings, place, said)
            found = hedges(reading.sentence.text)
            sentence = reading.sentence.model_copy(update={"voice": voice, "speaker": speaker, "hedges": found})
            said.append(_Said(sentence, self._people(reading, speaker, said)))
        self.introduced = self._introduction(said[-1])
        self.open, self.marked = readings[-1].continues, marked
        self.before = said
        self.done += said

    def _read(self, paragraph: Sequence[Sentence]) -> list[_Reading]:
        begin = paragraph[0].start
        block = self.document.text[begin : paragraph[-1].end]
        spoken = [q for q in quotations(block) if _is_speech(block, q)]
        readings, first = [], 0
        for sentence in paragraph:
            start, end = sentence.start - begin, sentence.end - begin
            while first < len(spoken) and spoken[first].end <= start:
                first += 1
            last = first
            while last < len(spoken) and spoken[last].start < end:
                last += 1
            quotes = tuple((max(q.start, start) - start, min(q.end, end) - start) for q in spoken[first:last])
            continues = last > first and (spoken[last - 1].end > end or not spoken[last - 1].closed)
            masked = _masked(sentence.text, quotes)
            readings.append(_Reading(sentence, masked, quotes, continues, attribution(masked[:_LONGEST_SENTENCE])))
        return readings

    def _voice(self, readings: Sequence[_Reading], place: int, said: Sequence[_Said]) -> tuple[Voice, str | None]:
        reading = readings[place]
        if reading.attribution is not None:
            found = self._speaker(reading, said)
            if found is not None:
                if not reading.quoted and (second := self._second(reading)) and second != found.name:
                    return "reported", f"{found.name} and {second}" if found.name else None
                return "quoted" if reading.quoted else "reported", found.name
        if reading.quoted:
            return "quoted", self._context(readings, place, said)
        if reading.closes_with_quotation:
            doing = self._doing(reading)
            return "quoted", doing[0] if len(doing) == 1 else None
        if self.introduced is not None:
            return self.introduced
        if reading.partly_quoted and said and said[-1].speaks:
            return "reported", said[-1].sentence.speaker
        publication = _PUBLICATION_SAYS.match(reading.masked)
        if publication and self.speakers.is_publisher(publication["speaker"]):
            return "reported", self.speakers.resolve(publication["speaker"])
        return "document", None

    def _speaker(self, reading: _Reading, said: Sequence[_Said]) -> Subject | None:
        """Whom a sentence's attribution names; `None` without one and for the document's own `I` or `we`."""
        found = reading.attribution
        if found is None:
            return None
        subject = self.speakers.subject(reading.sentence.start + found.start, reading.sentence.start + found.end)
        if subject.kind == "pronoun":
            return Subject("named", self._meant(subject.name or "", said))
        return subject if subject.kind != "own" else None

    def _second(self, reading: _Reading) -> str | None:
        """Who else says something after a semicolon: `Farrow said he expects it; Strand said that it was too early.`"""
        after = reading.masked.find("; ", 0, _LONGEST_SENTENCE) + 2
        found = attribution(reading.masked[after:_LONGEST_SENTENCE]) if after > 1 else None
        if found is None:
            return None
        start = reading.sentence.start + after
        subject = self.speakers.subject(start + found.start, start + found.end)
        return subject.name if subject.kind == "named" else None

    def _meant(self, pronoun: str, said: Sequence[_Said]) -> str | None:
        """Whom a pronoun means, where only one can be meant; else `None`."""
        if pronoun in ("he", "she"):
            near = said if any(s.people for s in said) else self.before
            for people in (s.people for s in reversed(near) if s.people):
                fitting = [person for person in people if self._gender(person) in (None, pronoun)]
                if fitting:
                    if len(fitting) == 1:
                        self.genders[fitting[0]] = pronoun
                    return fitting[0] if len(fitting) == 1 else None
            return None
        last = (said or self.before)[-1:]
        speaker = last[0].sentence.speaker if last else None
        if speaker is None:
            return None
        if pronoun == "they":
            return speaker if may_be_they(speaker) else None
        return speaker if not self.speakers.is_person(speaker) and not may_be_they(speaker) else None

    def _gender(self, person: str) -> str | None:
        return self.speakers.gender(person) or self.genders.get(person)

    def _people(self, reading: _Reading, speaker: str | None, said: Sequence[_Said]) -> tuple[str, ...]:
        """Whom `he` or `she` in the next sentence may mean: the speaker, else who does something, else who is named."""
        if speaker is not None and (self.speakers.is_person(speaker) or self.speakers.like_a_person(speaker)):
            return (speaker,)
        if doing := self._doing(reading):
            return doing
        verb = first_verb(reading.masked[:_LONGEST_SENTENCE])
        if verb is not None and (pronoun := _HE_OR_SHE.search(reading.masked[:verb])):
            meant = self._meant(pronoun.group().lower(), said)
            return (meant,) if meant else ()
        start, end = reading.sentence.start, reading.sentence.end
        return self.speakers.people(start, end) or self.speakers.people(start, end, governed=True)

    def _doing(self, reading: _Reading) -> tuple[str, ...]:
        """The people named before the first verb."""
        start = reading.sentence.start
        verb = first_verb(reading.masked[:_LONGEST_SENTENCE])
        return self.speakers.people(start, start + verb) if verb is not None else ()

    def _introduction(self, last: _Said) -> tuple[Voice, str | None] | None:
        """What the last sentence of a paragraph makes of the next paragraph: `From the AP:`, `Ruiz said:`."""
        sentence = last.sentence
        if not sentence.text.endswith(":"):
            return None
        source = _BLOCK_INTRODUCTION.fullmatch(sentence.text)
        if source is not None:
            subject = self.speakers.subject(
                sentence.start + source.start("speaker"), sentence.start + source.end("speaker")
            )
            return "quoted", subject.name if subject.kind == "named" else None
        return ("reported", sentence.speaker) if sentence.voice != "document" else None

    def _context(self, readings: Sequence[_Reading], place: int, said: Sequence[_Said]) -> str | None:
        """Whose a quotation is in which nobody is named: it goes on from the sentence before, or into one after it."""
        ahead = place
        while ahead < len(readings) - 1 and readings[ahead].continues:
            ahead += 1
            if readings[ahead].attribution is not None:
                found = self._speaker(readings[ahead], said)
                return found.name if found else None
        if said:
            return said[-1].sentence.speaker if said[-1].speaks else _only_speaker(said)
        if self.introduced is not None:
            return self.introduced[1]
        if self.before and self.open:
            return self.before[-1].sentence.speaker
        return _only_speaker(self.before) if self.before and self.before[-1].speaks else None


def _only_speaker(said: Sequence[_Said]) -> str | None:
    """Who alone speaks in a paragraph."""
    speakers = {s.sentence.speaker for s in said if s.speaks}
    return speakers.pop() if len(speakers) == 1 else None


def _is_speech(block: str, quotation: Quotation) -> bool:
    """Not a term in quotation marks, nor a mark that was never closed in the middle of a sentence."""
    inner = block[quotation.start : quotation.end]
    if not quotation.closed:
        return quotation.start == 0 or block[: quotation.start].rstrip()[-1:] in tuple('.!?:,\u201d"')
    return len(_WORDS.findall(inner[:100])) > _TERM_WORDS or _STOP_INSIDE.search(inner) is not None


def _masked(text: str, quotes: Sequence[tuple[int, int]]) -> str:
    parts, done = [], 0
    for start, end in quotes:
        parts += [text[done:start], QUOTED * (end - start)]
        done = end
    return "".join((*parts, text[done:]))
