"""Whether a sentence holds the kind of thing that a question asks for: a name, a date, a figure in its unit, a list,
the asked speaker's words. English rules over one sentence; what it says of the matter is not judged here.
"""

import re
from collections.abc import Collection

from assistant.schema import Question, Sentence
from assistant.text import STOP_WORDS, grammar, names, quantities, words
from assistant.text.lexicon import root, root_set

_PLACE = re.compile(
    r"\b(?:in|at|from|near|to|outside|inside|through|into|of|across|between|along|on) (?:the |a )?(?:[A-Z]\w+)"
)
_CAUSE = re.compile(
    r"\b(?:because|since|so that|in order to|due to|owing to|as a result|in response to|that[’']s why|therefore|thus"
    r"|hence|reason|caused?|led to|prompted|blamed?|attributed|thanks to|on account of|for fear|to avoid|to prevent"
    r"|meant to|aimed at|designed to|intended to|amid|over|after|unless)\b",
    re.I,
)
_WEAK_CAUSE = re.compile(r"\b(?:to [a-z]+|for|as|by|with|from|when|which|so|although|but|if|while)\b")
_VAGUE_NUMBER = re.compile(
    r"\b(?:several|dozens|hundreds|thousands|millions|none|no|both|half|twice|once|all|few|many|most|single|only)\b",
    re.I,
)
_VAGUE_TIME = re.compile(
    r"\b(?:when|after|before|during|until|since|days?|weeks?|months?|years?|morning|evening|night|spring|summer|autumn"
    r"|fall|winter|century|decade|age|era|time|later|earlier|ago|yesterday|today|tomorrow|(?:mon|tues|wednes|thurs|fri"
    r"|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|\d{4}s?)\b",
    re.I,
)
_YEAR = re.compile(r"\b(?:1\d|20)\d\d\b")
_DEFINES = re.compile(
    r"\b(?:is|are|was|were) (?:an?|the|any|one of|not)\b"
    r"|\b(?:refers?|means?|defined|known as|called|term|stands? for|describes?|consists?)\b",
    re.I,
)
ANNOUNCES = re.compile(r"(?:\b(?:two|three|four|five|six|seven|following|several)\b[^.]*|:)\W*$", re.I)
"""A sentence after which a list may go on."""


def fits(question: Question, sentence: Sentence) -> float:
    """From 0, it cannot answer a question of this type, to 1, it holds what was asked for."""
    text = sentence.text
    match question.type:
        case "who":
            return 1.0 if new_names(question, text) or sentence.speaker else 0.0
        case "where":
            return 1.0 if _PLACE.search(text) and new_names(question, text) else 0.4 if _PLACE.search(text) else 0.0
        case "when":
            dated = _new_quantities(question, text, {"date", "time", "duration"}) or _YEAR.search(text)
            return 1.0 if dated else 0.5 if _VAGUE_TIME.search(text) else 0.0
        case "how-many" | "how-much":
            return _figure(question, text)
        case "why":
            return 1.0 if gives_cause(text) else 0.4 if _WEAK_CAUSE.search(text) else 0.0
        case "definition":
            return 1.0 if _DEFINES.search(text) else 0.3
        case "list":
            return _lists(question, text)
        case "who-said":
            return _says(question, sentence)
        case _:
            return 0.5


def gives_cause(text: str) -> bool:
    """Whether the text says why in so many words."""
    return bool(_CAUSE.search(text))


def new_names(question: Question, text: str) -> tuple[str, ...]:
    """Names in the text that the question does not have."""
    asked = set(words(question.text))
    return tuple(name for name in names(text) if not set(words(name)) <= asked)


# --- the verb --------------------------------------------------------------------------------------------------------

_LIGHT = root_set(
    """
    do be have get make take give go come say happen occur call use become cause consider find know think mean see show
    tell work
    """
)
_EVENTS = tuple(
    (re.compile(asked, re.I), re.compile(rf"\b(?:{told})", re.I))
    for asked, told in (
        (r"\b(?:was|were|is) [^?]{2,60}\bborn\b|\bbirth(?:day|place)\b", r"born|birth|native of|raised|grew up"),
        (
            r"\b(?:die|died|dead|death)\b",
            r"die|dying|dead|death|kill|fatal|perish|drown|murder|execut|assassinat|passed away",
        ),
        (r"\b(?:marry|married|wife|husband|spouse)\b", r"marr|wife|husband|wed|spouse|widow"),
        (
            r"\b(?:appointed|hired|appoint|hire)\b",
            r"appoint|hire|nam(?:ed|ing)|nominat|chose|select|elect|became|becom|took (?:office|over)|made ",
        ),
        (
            r"\b(?:replaced?|succeed(?:ed)?|successor|predecessor)\b",
            r"replac|succe|follow|took over|predecessor|heir|instead|handed",
        ),
        (
            r"\b(?:retired?|resign(?:ed)?|step(?:ped)? down|leave office|left office)\b",
            r"retir|resign|step|left|leav|quit|end of|until",
        ),
        (
            r"\b(?:upheld|uphold|overturn(?:ed)?|appeal(?:ed|s)?)\b",
            r"upheld|uphold|overturn|appeal|revers|affirm|struck|confirm",
        ),
    )
)


def main_verb(question: Question) -> str | None:
    """Root of the verb that carries the question; `None` where it is a form of "be" or means little."""
    clause = grammar.supposed(question.text)
    if clause is not None:
        verb = clause[1].lower()
        found = None if grammar.base(verb) == "be" else root(verb)
    else:
        found = next((root(token) for token in question.text.rstrip("?").split()[1:5] if _is_verb(token)), None)
    return found if found not in _LIGHT else None


def _is_verb(token: str) -> bool:
    base = grammar.base(token)
    return token.islower() and base is not None and (token != base or base in grammar.SAME_PAST)


def speaks_of_event(question: Question, text: str) -> bool:
    """Whether a text tells of the event in a life or a case that is asked for; True where none is asked for."""
    return all(told.search(text) for asked, told in _EVENTS if asked.search(question.text))


# --- figures ---------------------------------------------------------------------------------------------------------

COUNT_WORDS = {word: number for word, number in grammar.NUMBER_OF.items() if 0 < number <= 12}
_NUMBERS = grammar.NUMBER_OF.keys() | grammar.word_set(
    """
    thirty forty fifty sixty seventy eighty ninety hundred thousand million billion first second third fourth fifth
    """
)
_LENGTHS = r"(?:kilo|centi|milli)?met(?:er|re)s?|m|km|cm|feet|foot|ft|inch(?:es)?|miles?|yards?"
_TIMES = r"seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)"
_UNITS = tuple(
    (re.compile(asked, re.I), re.compile(given, re.I))
    for asked, given in (
        (
            r"\bhow (?:deep|tall|high|wide|far|thick)\b",
            rf"\b(?:{_LENGTHS}|stor(?:eys|ies)|floors|deep|tall|high|wide|away|thick)\b",
        ),
        (
            r"\bhow heavy\b",
            r"\b(?:tons?|tonnes?|kilograms?|kg|kilos?|pounds?|lbs?|grams?|ounces?|weigh\w*)\b",
        ),
        (
            r"\bhow old\b",
            r"\b(?:years?|aged?|year-old|born|old|founded|built|since|dates?|centur(?:y|ies)|\d{1,3},)(?!\w)",
        ),
        (
            r"\bhow (?:hot|cold|warm)\b|\btemperature\b",
            r"\b(?:degrees?|celsius|fahrenheit|hot|cold)\b|°",
        ),
        (
            r"\bhow (?:often|frequently)\b",
            r"\b(?:times?|every|daily|weekly|monthly|yearly|annual(?:ly)?|once|twice|each|per|often|rarely|never"
            r"|always|regularly)\b",
        ),
        (
            r"\bhow much money\b|\bhow much (?:does|did|do|will|would|is|was) (?:[\w’']+ ){1,6}?(?:cost|pay|paid|earn"
            r"|spend|spent)\b"
            r"|\b(?:price|budget|salary|cost)\b",
            r"[$€£¥]|\b(?:dollars?|euros?|pounds?|cents?|francs?|million|billion|percent|free|no cost|grants?|pay|paid"
            r"|cost\w*)\b",
        ),
        (
            r"\bhow long\b",
            rf"\b(?:{_TIMES}|{_LENGTHS}|until|since|from|long|lasted)\b",
        ),
    )
)


def _figure(question: Question, text: str) -> float:
    unit = next((given for asked, given in _UNITS if asked.search(question.text)), None)
    if unit is not None:
        return 1.0 if unit.search(text) else 0.0
    numbers = (_NUMBERS & set(words(text))) - set(words(question.text))
    if numbers or _new_quantities(question, text, None):
        return 1.0 if question.focus is None or _counts(text, question.focus) else 0.7
    return 0.5 if _VAGUE_NUMBER.search(text) else 0.0


def _new_quantities(question: Question, text: str, kinds: Collection[str] | None) -> bool:
    asked = {quantity.value for quantity in quantities(question.text)}
    return any((kinds is None or found.kind in kinds) and found.value not in asked for found in quantities(text))


def _counts(text: str, noun: str) -> bool:
    """Whether a number stands before the noun: "twelve cities", "at least 40 more inmates"."""
    tokens, head = words(text), root(noun)
    return any(
        root(token) == head and any(before[0].isdigit() or before in _NUMBERS for before in tokens[max(0, at - 3) : at])
        for at, token in enumerate(tokens)
    )


# --- lists -----------------------------------------------------------------------------------------------------------

_MEMBER = r"(?:the |an? )?[\w’'.-]+(?: [\w’'.-]+){0,3}"
_ENUMERATION = re.compile(
    rf"{_MEMBER}(?:[,;] (?:and |or )?{_MEMBER}){{1,20}}(?:,? (?:and|or) {_MEMBER})?"
    r"|[A-Z][\w’'-]+ and (?:the )?[A-Z][\w’'-]+"
)
_BETWEEN = re.compile(r"[,;] (?:and |or )?| and | or ")
_NAMED = re.compile(
    r"(?:cit(?:y|ies)|towns?|villages?|countr(?:y|ies)|states?|counties|provinces|regions|places|islands|people|persons"
    r"|men|women|officials|members|players|actors|authors|companies|firms|teams|clubs|universities|schools|newspapers"
    r"|parties|rivers|bridges)$"
)


def asks_names(question: Question) -> bool:
    """Whether the things to be listed have proper names: cities, officials, companies."""
    return question.type == "list" and question.focus is not None and bool(_NAMED.match(question.focus))


def _lists(question: Question, text: str) -> float:
    """Whether the sentence enumerates as many as were asked for, or at least two, or announces a list."""
    asked = next((COUNT_WORDS[word] for word in words(question.text) if word in COUNT_WORDS), 2)
    named = asks_names(question)
    runs = (_BETWEEN.split(match.group()) for match in _ENUMERATION.finditer(text[:2000]))
    items = max((sum(part[:1].isupper() or not named for part in run) for run in runs), default=0)
    return 1.0 if items >= max(2, asked) else 0.5 if ANNOUNCES.search(text) else 0.0


# --- who says it -----------------------------------------------------------------------------------------------------

_SPOKEN = re.compile(
    r"\b(?:said|says?|told|wrote|writes?|called|calls|warned|argued|denied|rejected|replied|answered|advised|announced"
    r"|declined|explained|added|believed|noted|stated|asked|pointed|claimed|insisted|described|concluded|disputed"
    r"|expressed|committed|threatened)\b",
    re.I,
)
_ASKS_SPEAKER = re.compile(r"\W*(?:by |to )?(?:who|whom|whose|which)\b", re.I)


def _says(question: Question, sentence: Sentence) -> float:
    """Whether the sentence gives words of the speaker that was asked for; any speaker when none was named."""
    spoken = sentence.voice != "document" or bool(_SPOKEN.search(sentence.text))
    asked = asked_speaker(question)
    if not asked:
        return 1.0 if spoken and (sentence.speaker or names(sentence.text)) else 0.2
    if sentence.speaker and (shared := asked & set(words(sentence.speaker))):
        return len(shared) / len(asked)
    told = set(words(sentence.text))
    return (0.8 if spoken else 0.3) * len(asked & told) / len(asked)


def asked_speaker(question: Question) -> frozenset[str]:
    """Words of the speaker of "what did … say": the surname of a name, else what the phrase names.

    Empty when the question asks who it was.
    """
    if _ASKS_SPEAKER.match(question.text):
        return frozenset()
    clause = grammar.supposed(question.text)
    phrase = clause[0] if clause else ""
    named = [words(name)[-1] for name in names(phrase) if words(name)]
    lower = [word for word in words(phrase) if word in phrase and word not in STOP_WORDS]
    if named and not lower:
        return frozenset(named)
    return frozenset(lower or named) or frozenset(words(name)[-1] for name in question.names if words(name))
