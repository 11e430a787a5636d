"""What a text speaks of: names and noun phrases; whether they are people, places or things, one or many, he or she.

By rules and by how the documents of an article speak of a name; where they do not tell, nothing is guessed.
"""

import re
from dataclasses import dataclass

from assistant.schema import Article
from assistant.text import content_words, grammar, names, stem

WH = r"(?:who|whom|whose|when|where|why|what|which|how(?: (?:many|much|long|often|old|far|big|large))?)"
AUX = (
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|may|might|must|should|isn't|aren't"
    r"|wasn't|weren't|didn't|doesn't|don't)"
)
_ORGANISATION = re.compile(
    r"\b(?:Department|Bureau|Office|Agency|Court|Police|University|Council|Committee|Company|Corporation"
    r"|Association|Press|Times|Union|Party|Partnership|Program|Programme|Service|Customs|Center|Centre|Act"
    r"|Group|Institute|Journal|News|Post|Herald|Tribune|Record|Sun|Gazette|Courier|Times|Reuters)\b|^[A-Z]{2,6}$"
)
_TITLE = (
    r"(?:Mr|Mrs|Ms|Dr|Gov|Sen|Rep|Gen|Lt|Col|Sgt|Capt|Prof|President|Mayor|Governor|Senator|Representative"
    r"|Chief|Commissioner|Sheriff|Judge|Attorney General|Minister|Chancellor|King|Queen|Pope|Sir|Spokes(?:man"
    r"|woman|person))\.?"
)


@dataclass(frozen=True)
class Mention:
    """Something that was spoken of and that a pronoun may stand for."""

    text: str
    kind: str
    """`person`, `place`, `organisation`, `thing` or `event`."""
    plural: bool
    recency: float


_CHUNK = re.compile(
    r"\b(?P<det>the|a|an|this|that|these|those|each|every|any|all|some|his|her|its|their|which|what|how many"
    r"|no|two|three|four|five|both)\s+"
    r"(?=(?P<noun>[^\W\d_][\w’'-]*(?:\s+[^\W\d_][\w’'-]*){0,4}))",
    re.I,
)
_COMPLETED = re.compile(
    r"\s+(of (?:the |a )?[a-z][\w’'-]+|(?:of|to|in|from|for|at) (?:the )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,3})"
)
"""What completes a noun phrase: "levels *of engagement*", "the letter *to Albuquerque*"."""
_STOPS = grammar.word_set(
    """
    of in on at to for from by with about as and or but that which who when where why how is are was were be been has
    have had do does did can could will would may might must should not than into over under after before during since
    until through against between he she it they them him her you we i said say says get gets got so same following only
    """
)


def phrases(text: str) -> list[Mention]:
    """Noun phrases with a determiner, and bare plurals, in order; the determiner stays unless it asks."""
    found: dict[str, tuple[int, Mention]] = {}
    taken: set[int] = set()
    for match in _CHUNK.finditer(text):
        words: list[str] = []
        for word in match["noun"].split():
            lower = word.lower()
            if (
                lower in _STOPS
                or (words and lower in {"last", "first", "ever", "also", "still", "now", "yet"})
                or (words and not word[0].isupper() and _verbal(lower))
                or (words and is_plural(words[-1]))
            ):
                break
            words.append(word)
        if not words:
            continue
        more = _COMPLETED.match(text, match.start("noun") + len(" ".join(words)))
        head = words[-1]
        if more and more[1].split()[-1].lower() not in _STOPS:
            words.append(more[1])
        det = match["det"].lower()
        phrase = " ".join(
            words
            if det in {"which", "what", "how many", "any", "all", "no", "each", "every"}
            else (match["det"], *words)
        )
        phrase = phrase.removesuffix("'s").removesuffix("’s")
        found[phrase] = (match.start(), Mention(phrase, noun_kind(head), is_plural(head), match.start()))
        taken.update(range(match.start(), match.start("noun") + sum(len(word) + 1 for word in words)))
    for match in re.finditer(r"\b[a-z]{3,}s\b", text):
        word = match.group()
        if (
            match.start() not in taken
            and is_plural(word)
            and word not in _STOPS
            and not (grammar.base(word) and word not in {"letters", "cities", "reports", "plans", "rules", "votes"})
        ):
            found.setdefault(word, (match.start(), Mention(word, noun_kind(word), True, match.start())))
    return [mention for _, mention in sorted(found.values(), key=lambda pair: pair[0])]


def _verbal(word: str) -> bool:
    root = grammar.base(word)
    return (
        root is not None
        and (word != root or word in grammar.SAME_PAST or word in {"work", "live", "apply", "get", "say"})
        and not word.endswith("ing")
    )


def is_plural(phrase: str) -> bool:
    word = phrase.split()[-1].lower()
    return word in {"people", "men", "women", "children", "police", "criteria", "media"} or (
        len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ous", "ics", "news"))
    )


_PEOPLE = re.compile(
    r"(?:mayor|governor|president|chief|judge|commissioner|sheriff|spokes\w+|man|woman|officer|senator"
    r"|minister|director|author|attorney|king|queen|general|secretary|professor|owner|founder|leader|player"
    r"|singer|actor|writer|artist|teacher|doctor|reporter|boy|girl|person|official|inmate)s?$",
    re.I,
)
_PLACES = re.compile(
    r"(?:city|town|country|state|county|place|village|province|region|island|district|jail|prison|school"
    r"|building|capital|cities|towns|countries|states)s?$",
    re.I,
)


def noun_kind(noun: str) -> str:
    if _PEOPLE.search(noun):
        return "person"
    return "place" if _PLACES.search(noun) else "thing"


def proper_names(text: str) -> list[str]:
    return [
        name
        for name in names(text)
        if not re.fullmatch(
            rf"{WH}|{AUX}|tell|list|name|give|mon|tues|wednes|thurs|fri|satur|sun|january|february|march|april|june"
            rf"|july|august|september|october|november|december",
            name,
            re.I,
        )
    ]


def kind_of(name: str, article: Article) -> str:
    """Person, place, organisation or thing, by how the documents speak of the name."""
    if _ORGANISATION.search(name):
        return "organisation"
    surname = re.escape(name.split()[-1])
    speakers = {s.speaker.split()[-1] for d in article.documents for s in d.sentences if s.speaker}
    text = "\n".join(document.text for document in article.documents)[:200_000]
    place = len(re.findall(rf"\b(?:in|from|near|at|throughout|across|visit(?:ed)?) {re.escape(name)}\b", text)) + len(
        re.findall(rf"\b{re.escape(name)}, [A-Z]|[a-z], {re.escape(name)}\b", text)
    )
    person = len(
        re.findall(
            rf"\b{_TITLE} (?:[A-Z][\w.’'-]+ )?{surname}\b|\b{surname} (?:said|says|wrote|told|argued|called|asked"
            rf"|replied|explained|was born|died|announced|warned|himself|herself)\b|\b[A-Z][a-z]+ {surname}, (?:the|a"
            rf"|an|who|then|executive|director)\b",
            text,
        )
    )
    if name.split()[-1] in speakers:
        person += 2
    if person > place:
        return "person"
    return "place" if place else "thing"


def gender_of(name: str, article: Article) -> str | None:
    """`f` or `m` when the documents say so near the name."""
    surname = re.escape(name.split()[-1])
    text = "\n".join(document.text for document in article.documents)[:200_000]
    near = " ".join(re.findall(rf"\b{surname}\b[^\n]{{0,160}}", text)[:12]) + " ".join(
        re.findall(rf"[\w.]+ (?:[A-Z][\w.]+ )?{surname}\b", text)[:12]
    )
    she = len(re.findall(r"\b(?:she|her|herself|Ms\.|Mrs\.|spokeswoman)(?!\w)", near))
    he = len(re.findall(r"\b(?:he|his|him|himself|Mr\.|spokesman)(?!\w)", near))
    return None if she == he else "f" if she > he else "m"


def affinity(mention: str, terms: set[str], article: Article) -> float:
    """How often the documents speak of the mention and of what is asked in one sentence, from 0 to 1."""
    head = stem(mention.split()[-1].lower())
    together = alone = 0
    for document in article.documents:
        for sentence in document.sentences:
            stems = {stem(word) for word in content_words(sentence.text)}
            if head in stems:
                alone += 1
                together += bool(stems & terms)
    return together / (alone + 2)
