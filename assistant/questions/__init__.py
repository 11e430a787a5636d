"""What a question asks for: its type, the noun asked for, its content words and names.

Rules only, from the words alone: capitals, question marks and correct spelling are not needed. English is understood in
many forms; Spanish, German and French by their question words, because the names and numbers in such a question still
find the sentence.
"""

import re
from dataclasses import dataclass

from assistant import text as language
from assistant.questions.forms import (
    AUX,
    ENGLISH,
    FOREIGN,
    FUNCTION_WORDS,
    LEAD_IN,
    LOOSE,
    MISSPELT,
    MISSPELT_AFTER_HOW,
    NEGATED_AUX,
    SUBORDINATE,
    TYPES,
)
from assistant.schema import Question, QuestionType

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)

_ASKING = frozenset(
    "who whom whose what when where which why how many much list name tell give explain "
    "describe define know people article say says mean".split()
    + "quién quien quiénes quienes cuándo cuando dónde donde cuántos cuantos cuántas cuantas "
    "cuánto cuanto qué que cómo como cuál cual cuáles wer wen wem wann wo wie viele viel "
    "warum was welche welcher welches qui quand où combien pourquoi comment quel quelle "
    "quels quelles".split()
) - {"people"}
_GROUP_END = re.compile(
    rf"(?:{AUX}|{NEGATED_AUX}|of|in|on|at|for|to|from|by|with|that|who|which|about|against"
    rf"|between|during|after|before|under|over|into|than|as|and|or"
    r"|got|get|gets|received|receive|said|say|says|made|make|makes|took|take|takes|went|came"
    r"|come|comes|gave|give|gives|sent|send|sends|led|lead|leads|won|lost|began|held|became"
    r"|caused|the|a|an|this|these|those|he|she|it|they|we|you|i|there|him|her|his|its|their"
    r"|not)$"
)
_NOT_PLURAL = re.compile(
    r"(?:.*(?:ss|us|is|ous|ics|news|series|species|means|gas|bus|lens)|has|does|was|is|happens"
    r"|causes|makes|goes|comes|leads|says|becomes|allows|gives|takes|helps|lies|remains"
    r"|determines|connects|separates|'s)$"
)
_PLURALS = frozenset("people men women children criteria phenomena media police".split())
_IMPERATIVE_LIST = re.compile(r"(?:list|enumerate|name|give)\b")


_READ = 2000
"""Characters of a question that are read."""


@dataclass(frozen=True)
class _Asked:
    """Where the asking words are: `before` them, and `rest` from them on, both lower case."""

    before: str
    rest: str


def analyse(text: str) -> Question:
    """Type, focus, content words and names of a standalone question in any of the forms people use."""
    plain = _plain(text)
    tongue = _tongue(plain)
    asked = _asked(_repair(_strip_lead_in(plain))) if tongue == "en" else _Asked("", plain.lstrip("¿¡ "))
    kind = _type(asked, tongue)
    focus = _focus(asked.rest)
    if kind == "what" and tongue == "en":
        kind = _refine_what(asked.rest, focus)
    elif kind in {"where", "who"} and _plural_group(asked.rest):
        kind = "list"
    terms = tuple(
        word for word in language.content_words(_strip_lead_in(plain)) if word not in _ASKING and word not in MISSPELT
    )
    return Question(text=text, type=kind, focus=focus, terms=terms, names=_names(text[:_READ]))


def expected(question: Question) -> frozenset[str]:
    """Kinds of answer that would fit: `person`, `place` or kinds of `text.Quantity`; empty when the type fixes none."""
    lead = " ".join(_WORD.findall(question.text.lower().replace("’", "'"))[:12])
    match question.type:
        case "who":
            return frozenset({"person"})
        case "where":
            return frozenset({"place"})
        case "when":
            return (
                frozenset({"time", "date"})
                if re.search(r"\b(?:what|which) (?:time|hour)\b", lead)
                else frozenset({"date"})
            )
        case "how-many":
            return frozenset({"number"})
        case "how-much":
            return _expected_measure(lead)
        case _:
            return frozenset()


_MEASURES = (
    (re.compile(r"percent|per cent|proportion|share|fraction"), frozenset({"percent", "number"})),
    (
        re.compile(r"how long|duration|how old|\bage\b|how often|frequen|how soon|how recent"),
        frozenset({"duration", "date", "number", "measure"}),
    ),
    (
        re.compile(
            r"how much (?:money|did|does|do|is|was|were|will|would)|price|cost|budget|salary|paid|pay"
            r"|spen[dt]|worth"
        ),
        frozenset({"money", "percent", "number", "measure"}),
    ),
)


def _expected_measure(lead: str) -> frozenset[str]:
    for pattern, kinds in _MEASURES:
        if pattern.search(lead):
            return kinds
    return frozenset({"number", "money", "percent", "measure", "duration"})


def _plain(text: str) -> str:
    return " ".join(text[: 2 * _READ].lower().replace("’", "'").replace("‘", "'").split())[:_READ]


def _tongue(plain: str) -> str:
    """The language with most function words; English when none is ahead."""
    found = _WORD.findall(plain)
    scores = {tongue: sum(word in words for word in found) for tongue, words in FUNCTION_WORDS.items()}
    best = max(scores, key=lambda tongue: scores[tongue])
    return best if scores[best] > scores["en"] or "¿" in plain else "en"


def _strip_lead_in(plain: str) -> str:
    """Without greetings, "can you tell me", "I'd like to know" and the like."""
    rest = plain
    while match := LEAD_IN.match(rest):
        if not match.end() or not rest[match.end() :].strip(" ?.!"):
            return rest
        rest = rest[match.end() :]
    return rest


def _repair(plain: str) -> str:
    """Question words among the first four words as they were meant to be spelt."""
    words = plain.split(" ")
    for i, word in enumerate(words[:4]):
        bare = word.strip("?,.!:")
        if bare.endswith("'s") and ENGLISH.fullmatch(bare[:-2]):
            words[i] = bare[:-2] + " is"
        elif bare in MISSPELT and not (bare == "witch" and i > 0):
            words[i] = MISSPELT[bare]
        elif i and words[i - 1] == "how" and bare in MISSPELT_AFTER_HOW:
            words[i] = MISSPELT_AFTER_HOW[bare]
    if words[0] == "who" and len(words) > 1 and words[1] in {"many", "much"}:
        words[0] = "how"
    return " ".join(words)


_PREPOSITION = re.compile(
    r"(?:in|on|at|by|to|for|from|of|with|since|until|during|into|through|against|under|about"
    r"|around|near|according to)$"
)
_NOUN_FIRST = re.compile(
    rf"(?:{LOOSE})(?:number|count|population|percentage|share|amount|price|cost|budget"
    rf"|reasons?|cause|date|year|deadline|name|names|definition|meaning|death toll)\b"
)
_AUX_FIRST = re.compile(rf"(?:{AUX}|{NEGATED_AUX}|whether|if|is it true)\b")


def _asked(plain: str) -> _Asked:
    """Split before the words that ask, so that "after the vote, who …" and "… is located where" are understood."""
    if match := SUBORDINATE.match(plain):
        return _Asked(plain[: match.end()], plain[match.end() :])
    if _AUX_FIRST.match(plain) or _NOUN_FIRST.match(plain) or _IMPERATIVE_LIST.match(plain):
        return _Asked("", plain)
    match = ENGLISH.search(plain)
    if not match:
        return _Asked("", plain)
    start = match.start()
    before = plain[:start].rstrip(" ,")
    if (preposition := _PREPOSITION.search(before)) and (
        preposition.start() == 0 or before[preposition.start() - 1] == " "
    ):
        start = preposition.start()
    return _Asked(plain[:start], plain[start:])


def _type(asked: _Asked, tongue: str) -> QuestionType:
    table = TYPES if tongue == "en" else FOREIGN
    for kind, pattern in table:
        if pattern.match(asked.rest):
            return kind
    return "what"


def _group(rest: str) -> list[str]:
    """Words of the noun phrase right after the question word: `which two cities` -> [two, cities]."""
    rest = re.sub(
        r"^(?:list|enumerate|name|give me|give|in|on|at|by|to|for|from|of"
        r"|with)\s+(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:names of (?:the )?)?",
        "",
        rest,
    )
    rest = re.sub(
        r"^(?:what|which)(?:'s)?(?: (?:is|are|was|were|kinds?|types?|sorts?)(?: (?:the|a|an|all"
        r"|some|of))*)? |^how many |^how much |^whose ",
        "",
        rest,
    )
    group: list[str] = []
    for word in _WORD.findall(rest)[:6]:
        if _GROUP_END.match(word) or (group and word.endswith("ed")) or (group and _plural(group[-1])):
            break
        group.append(word)
    return group


def _focus(rest: str) -> str | None:
    if not re.match(r"(?:\w+ )?(?:what|which|whose|how m)|list|enumerate|name|give", rest):
        return None
    group = _group(rest)
    return group[-1] if group else None


def _plural(word: str) -> bool:
    return word in _PLURALS or (len(word) > 3 and word.endswith("s") and not _NOT_PLURAL.match(word))


def _plural_group(rest: str) -> bool:
    """`which cities`, `what officials`: more than one is asked for."""
    if not re.match(r"(?:\w+ )?(?:what|which) ", rest) or re.match(r"(?:what|which) (?:is|was)\b", rest):
        return False
    group = _group(rest)
    # A last word that only looks plural is the verb: "which law applies?"
    ends_there = len(group) > 1 and rest.rstrip(" ?.!").endswith(group[-1])
    return any(_plural(word) for word in (group[:-1] if ends_there else group))


def _refine_what(rest: str, focus: str | None) -> QuestionType:
    """`what` questions that ask for a list or for what something is."""
    after = _WORD.findall(rest)[1:]
    if not after:
        return "what"
    if after[0] in {"is", "are", "was", "were"}:
        tail = after[1:]
        if tail[:1] and tail[0] in {"a", "an"} and len(tail) <= 5:
            return "definition"
        if after[0] in {"are", "were"} and tail[:1] == ["the"] and focus and _plural(focus):
            return "list"
        bare = [word for word in tail if word not in {"the", "this", "that"}]
        if 0 < len(bare) <= 3 and not any(
            re.fullmatch(
                r"of|in|for|to|on|at|by|from|\w+ed|\w+'s|\w+ing|name|it|he|she|they|there|happening|next|wrong|new",
                word,
            )
            for word in bare
        ):
            return "definition"
        return "what"
    if _plural_group(rest) and focus and len(after) > 1:
        position = after.index(focus) if focus in after else 0
        following = after[position + 1 : position + 2]
        if following and following[0] in {"the", "a", "an", "it", "him", "them", "to"} and rest.startswith("what"):
            return "what"
        return "list"
    return "what"


_NUMBER = re.compile(r"\d[\d.,:]*\d|\d")


def _names(text: str) -> tuple[str, ...]:
    """Proper names and quantities as written, in order, the question's own first word left out."""
    found: dict[str, None] = {}
    for name in language.names(text):
        bare = _strip_asking(name)
        if bare:
            found[bare] = None
    for quantity in language.quantities(text):
        found[quantity.text] = None
    covered = " ".join(found)
    for number in _NUMBER.findall(text):
        if number not in covered:
            found[number] = None
    return tuple(found)


_NOT_A_NAME = (
    frozenset(
        "is are was were am do does did has have had can could will would shall should may might "
        "must the a an in on at by to for from of with and or but if whether please hi hello i "
        "i'd i'm list name define explain describe quote give".split()
    )
    | _ASKING
)


def _strip_asking(name: str) -> str:
    words = name.split()
    while words and words[0].lower().replace("’", "'") in _NOT_A_NAME:
        words = words[1:]
    return " ".join(words)
