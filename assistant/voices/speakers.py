"""The people and organisations that a document names, and which of them a shorter name means.

Nothing is guessed: a surname that two people bear, or a noun that two organisations share, stays as it is written.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import Literal, NamedTuple

from assistant.text.dates import dates
from assistant.text.names import name_spans
from assistant.voices.roles import (
    Gender,
    describes_person,
    genders,
    may_be_person,
    role_of,
    shows_person,
    without_titles,
)

_ORGANISATION_NOUN = re.compile(
    r"(?:department|agency|bureau|council|commission|committee|court|association|union|company|university|ministry|office|"
    r"authority|partnership|institute|foundation|board|service|league|administration|bank|party|museum|hospital|fund)"
)
_PUBLICATION_NOUN = re.compile(r"(?:paper|newspaper|magazine|outlet|site|website|station|network|broadcaster)")
_BEFORE_PLACE = re.compile(r"\b(?:in|at|from|near|outside|inside|across|around|to|into|through)\s+(?:the )?\Z")
_DESCRIBED = re.compile(r", (?:who|an?|the|its|[a-z]+ )")
_SPEAKS = re.compile(
    r",? (?:(?:also|then|later|had|has|[a-z]+ly) )?(?:said|says|told|wrote|asked|added|argued|warned|denied|believes?|"
    r"believed|called|replied|insisted|explained|testified|voted|resigned|met|joked|recalled|admitted)\b"
)
_FRONTED = re.compile(
    r"\s*(?:(?P<conjunction>But|And|Yet|So|Still|Then|Now|Later|Meanwhile|Also|but|and|so|yet|then)|On|In|At|By|Since|Until|"
    r"Before|After|During|Last|Earlier|Late|This|Next|Under|With|For|From|To|on|in|at|by|since|during|after|last|next)"
    r"(?:,? |,)"
)
_PART_OF_DAY = re.compile(r" (?:morning|afternoon|evening|night)")
_GOVERNED = re.compile(
    r"(?:\b(?:of|for|from|to|with|by|at|in|on|near|about|against|and|under|over|between|into|than)|\A)\s+(?:the )?\Z",
    re.IGNORECASE,
)
_OF = re.compile(r" (?:of|from|for|at|with) ")
_DETERMINER = re.compile(r"(?<=\s)(?:the|an?|its|his|her|their|one|some)\b")
_EDGE = "\"'. \n,\u2018\u2019\u201c\u201d"
_OWN = frozenset(["i", "we", "you"])
_PRONOUNS = frozenset(["he", "she", "it", "they"])
_NOBODY = re.compile(
    r"(?:one|some|many|several|most|others|another|both|all|few|none|nobody|everyone|someone|somebody|anyone|who|which|that|"
    r"this|these|those|there|no one|two|three|what|[\d.,]+(?: percent|%)?)(?: of (?:them|these|those|us|whom))?",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"(?:(?:Some|Many|Several|Most|Other|Two|Three|Four|Both|City|State|Federal|Local|Police) )?"
    r"(?:officials|critics|residents|supporters|opponents|prosecutors|lawyers|police|authorities|investigators|experts|"
    r"advocates|activists|protesters|leaders|lawmakers|democrats|republicans|researchers|scientists|economists|analysts|"
    r"workers|teachers|parents|students|voters|organi[sz]ers|documents|records|reports|witnesses|neighbou?rs|officers|"
    r"members|agents|doctors)\b|.* and ",
    re.IGNORECASE,
)
_THE_ROLE = re.compile(r"[Tt]he (?:\w+ )?(?P<role>[a-z]+)")
_MOST_NAMESAKES = 50
"""Of one surname; no real document names more, and a hostile one costs no more time than this."""
_LONGEST_DESCRIPTION = 80
"""Characters of a description that may stand for a name."""
_ARTICLE = re.compile(r"\A(?:the|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Person:
    """Somebody whom the document names."""

    name: str
    """The fullest form, without titles: `Richard Berry`."""
    gender: Gender | None
    """As titles like `spokeswoman` tell; never from a first name."""


class Subject(NamedTuple):
    """Whom the subject of a sentence is about."""

    kind: Literal["named", "pronoun", "own"]
    """A name or a description; a pronoun that stands for one; the document's own `I` or `we`."""
    name: str | None
    """The full name, the description as written, or the pronoun; `None` when it names nobody in particular."""


class Speakers:
    """Who is who in one document. Building it is linear in the text."""

    def __init__(self, text: str, publisher: str = "", kind: str = "") -> None:
        self.spans = name_spans(text)
        self._text = text
        self._publisher = publisher
        self._is_publication = any(word in kind for word in ("newspaper", "wire", "magazine", "broadcast"))
        self._people: dict[str, list[Person]] = defaultdict(list)
        self._organisations: dict[str, str] = {}
        self._by_word: dict[str, list[str]] = defaultdict(list)
        self._only: dict[str, str] = {}
        self._places: set[str] = set()
        """By role, who alone bears it in the document."""
        self._read(text)

    def person(self, name: str) -> Person | None:
        """The one person whom this name can mean, titles and surname alone allowed; `None` for nobody or for two."""
        words = _words(without_titles(name))
        if not words:
            return None
        matches = [p for p in self._people.get(words[-1], ()) if _words(p.name)[-len(words) :] == words]
        return matches[0] if len(matches) == 1 else None

    def resolve(self, phrase: str) -> str:
        """The full name that a speaker has in the document; what cannot be resolved stays, without titles."""
        person = self.person(phrase)
        if person is not None:
            return person.name
        organisation = self._organisation(phrase)
        if organisation is not None:
            return organisation
        bare = without_titles(phrase)
        return bare if bare and may_be_person(bare) and bare[0].isupper() and not _ARTICLE.match(phrase) else phrase

    def subject(self, start: int, end: int) -> Subject:
        """Whom the subject at `text[start:end]` means; adverbs may stand before it."""
        begin = self._past_adverbs(start, end)
        if begin is None:
            return Subject("named", None)
        phrase = " ".join(self._text[begin:end].strip(_EDGE).split())
        if phrase.lower() in _OWN or phrase in _PRONOUNS or phrase.lower() in _PRONOUNS:
            return Subject("own" if phrase.lower() in _OWN else "pronoun", phrase.lower())
        if not phrase or len(phrase) > _LONGEST_DESCRIPTION or _NOBODY.fullmatch(phrase):
            return Subject("named", None)
        spans = self._spans_between(begin, end)
        if spans:
            (first, first_end), (last, last_end) = spans[0], spans[-1]
            if last_end >= len(self._text[:end].rstrip(_EDGE)) and not self._governed(begin, last):
                return Subject("named", self.resolve(self._with_article(last, last_end)))
            name = without_titles(self._text[first:first_end])
            if first == begin and " " in name and may_be_person(name) and _OF.match(self._text, first_end):
                return Subject("named", self.resolve(name))
        role = _THE_ROLE.fullmatch(phrase)
        if role and role["role"] in self._only:
            return Subject("named", self._only[role["role"]])
        phrase = phrase[0].upper() + phrase[1:]
        return Subject("named", self._organisation(phrase) or phrase)

    def people(self, start: int, end: int, *, governed: bool = False) -> tuple[str, ...]:
        """The people whom `text[start:end]` names, each once; with `governed` also as the object of a preposition.

        A name that only looks like a person's counts where nobody else is named.
        """
        found: dict[str, None] = {}
        like: dict[str, None] = {}
        for first, last in self._spans_between(start, end):
            hangs = self._governed(start, first) and not self._text[:first].endswith("and ")
            if hangs and not governed:
                continue
            person = self.person(self._text[first:last])
            if person is not None:
                found.setdefault(person.name)
            elif self.like_a_person(self._text[first:last]):
                like.setdefault(self._text[first:last])
        return tuple(found or like)

    def like_a_person(self, name: str) -> bool:
        """Whether nothing speaks against a name's being a person's: two or three words, no place, no `the` before."""
        known = self._organisations.get(name, name)
        words = name.split()
        plain = words[0][:1].isupper() and words[-1][:1].isupper() and not _ARTICLE.match(name)
        return plain and 2 <= len(words) <= 3 and known == name and name not in self._places and may_be_person(name)

    def is_person(self, name: str) -> bool:
        """Whether a speaker's name or description is a person's: `Richard Berry`, `A spokesman for the agency`."""
        return self.person(name) is not None or describes_person(name)

    def gender(self, name: str) -> Gender | None:
        """What titles in the document tell of a speaker."""
        person = self.person(name)
        if person is not None:
            return person.gender
        marks = set(genders(name))
        return marks.pop() if len(marks) == 1 else None

    def is_publisher(self, phrase: str) -> bool:
        """Whether the phrase means whoever published the document."""
        return bool(self._publisher) and self.resolve(phrase) == self._publisher

    def _past_adverbs(self, start: int, end: int) -> int | None:
        """Where the subject begins after `But`, `On Tuesday night`, `In the statement`; `None` when that is unclear."""
        while fronted := _FRONTED.match(self._text, start, end):
            if fronted["conjunction"]:
                start = fronted.end()
                continue
            for first, last in self._spans_between(start, end):
                titled = without_titles(self._text[first:last]) != self._text[first:last]
                if last >= len(self._text[:end].rstrip(_EDGE)) and (titled or not self._governed(start, first)):
                    return first
            window = self._text[fronted.end() : min(end, fronted.end() + 40)]
            day = next((day for day in dates(window) if day[2] == 0), None)
            if day is not None:
                start = fronted.end() + day[3]
                start = found.end() if (found := _PART_OF_DAY.match(self._text, start, end)) else start
                continue
            determiners = _DETERMINER.finditer(self._text, fronted.end(), end)
            return next((d.start() for d in determiners if not self._governed(start, d.start())), None)
        return start

    def _governed(self, start: int, place: int) -> bool:
        """Whether what begins at `place` hangs on a preposition, or on `and`."""
        return _GOVERNED.search(self._text[max(start, place - 16) : place]) is not None

    def _spans_between(self, start: int, end: int) -> list[tuple[int, int]]:
        return list(self.spans[bisect_left(self.spans, (start, 0)) : bisect_left(self.spans, (end, 0))])

    def _with_article(self, start: int, end: int) -> str:
        name = self._text[start:end]
        return "The " + name if self._text[max(0, start - 4) : start].lower() == "the " else name

    def _read(self, text: str) -> None:
        places = self._places
        people: dict[str, set[Gender]] = {}
        roles: dict[str, set[str]] = defaultdict(set)
        for start, end in self.spans:
            name, before, after = text[start:end], text[max(0, start - 40) : start], text[end : end + 80]
            bare = without_titles(name)
            if not _words(name) or (bare and not _words(bare)):
                continue  # capitals between marks, but no word
            if bare == name and _BEFORE_PLACE.search(before) and not (" " in name and _DESCRIBED.match(after)):
                places.add(name)
            shown = shows_person(name, before, after)
            if shown is None and _SPEAKS.match(after) and not before.endswith(" and "):
                shown = set()
            if shown is not None and bare and may_be_person(bare):
                people.setdefault(bare, set()).update(shown)
                roles[role_of(name, before) or ""].add(bare)
            elif " " in name:
                self._organisations.setdefault(name, ("The " if before[-4:].lower() == "the " else "") + name)
        alone = {name.lower() for name in people if " " not in name}
        for name in self._organisations:
            if _words(name)[-1] in alone and 2 <= len(name.split()) <= 4 and may_be_person(name):
                people[name] = set()  # Jeff Sessions, of whom only "Sessions said" shows that he is a person
        for name, marks in people.items():
            if name not in places:
                self._people[_words(name)[-1]].append(Person(name, min(marks) if len(marks) == 1 else None))
                self._organisations.pop(name, None)
        for namesakes in self._people.values():
            namesakes[:] = _fullest(namesakes[:_MOST_NAMESAKES])
        for role, names in roles.items():
            holders = {person.name for name in names if (person := self.person(name)) is not None}
            if len(holders) == 1:
                self._only[role] = holders.pop()
        for name in (*self._organisations, *([self._publisher] if self._publisher else [])):
            for word in dict.fromkeys((*_words(name), *_initials(name))):
                self._by_word[word].append(name)

    def _organisation(self, phrase: str) -> str | None:
        bare = _ARTICLE.sub("", phrase, count=1)
        words = _words(bare)
        if not words:
            return None
        if self._is_publication and len(words) == 1 and _PUBLICATION_NOUN.fullmatch(bare):
            return self._publisher or None
        nouns = bare.islower()
        if nouns and not (_ARTICLE.match(phrase) and _ORGANISATION_NOUN.fullmatch(words[-1])):
            return None
        found = [name for name in self._by_word.get(words[-1], ()) if _means(name, words)]
        displays = {self._display(name) for name in found}
        return displays.pop() if len(displays) == 1 else None

    def _display(self, name: str) -> str:
        own, words = self._publisher.split(",")[0], _words(name)
        if own and (words == _words(own) or (_means(own, words) and _ORGANISATION_NOUN.search(" ".join(words)))):
            return self._publisher
        return self._organisations.get(name, name)


def may_be_they(speaker: str) -> bool:
    """Whether `they` may mean a speaker: `Officials from two of the cities`, `A spokesperson`."""
    return _PLURAL.match(speaker) is not None or "person" in speaker


def _words(name: str) -> list[str]:
    """Lower-case words of a name that tell it from others."""
    words = [word.lower() for word in name.replace("\u2019", "'").split()]
    return [word.strip(",()") for word in words if word not in {"the", "jr.", "sr.", "jr", "sr", "ii", "iii", "iv"}]


def _initials(name: str) -> tuple[str, ...]:
    """`doj` and `dj` for Department of Justice, `aclu` for American Civil Liberties Union of New Mexico."""
    words = [word for word in name.replace("(", "").split() if word[0].isalpha() and word.lower() != "the"]
    if len(words) < 2:
        return ()
    head = words[: words.index("of")] if "of" in words[2:] else words
    return tuple(
        {
            "".join(word[0] for word in words).lower(),
            "".join(word[0] for word in words if word[0].isupper()).lower(),
            "".join(word[0] for word in head if word[0].isupper()).lower(),
        }
    )


def _means(name: str, words: list[str]) -> bool:
    """Whether the words can be short for the organisation's name: its initials, or some of its words in order."""
    if len(words) == 1 and words[0].replace(".", "") in _initials(name):
        return True
    rest = iter(_words(name.split(",")[0]))
    return all(word in rest for word in words)


def _fullest(people: list[Person]) -> list[Person]:
    """Without the shorter forms of a name: `Lujan Grisham` beside `Michelle Lujan Grisham`."""
    kept: list[Person] = []
    for person in sorted(people, key=lambda p: len(p.name), reverse=True):
        words = _words(person.name)
        fuller = [k for k in kept if _is_short_for(words, _words(k.name))]
        if not fuller:
            kept.append(person)
        elif len(fuller) == 1 and fuller[0].gender is None and person.gender is not None:
            kept[kept.index(fuller[0])] = Person(fuller[0].name, person.gender)
    return kept


def _is_short_for(words: list[str], full: list[str]) -> bool:
    if full[-len(words) :] == words:
        return True
    return len(words) > 1 and words[0] == full[0] and words[-1] == full[-1]  # without the middle initial
