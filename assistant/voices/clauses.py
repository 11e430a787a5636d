"""Noun phrases around a verb, found by words alone: its subject, and what follows it. English news, no parser.

Sentences are masked: every character of a quotation is `QUOTED`, so that nothing inside it is read.
"""

import re

QUOTED = "\ufffc"
"""Stands for every character inside a quotation, its marks included, in a masked sentence."""

_BOUNDARY = re.compile(rf":(?=\s)|[;()\u2014\u2013{QUOTED}]|--| - ")
_SUBORDINATE = re.compile(
    r"that|who|whom|which|whose|because|when|while|after|before|if|although|though|since|until|unless|where|why|how|than|"
    r"whether|what|whatever|whoever|wherever|lest|once"
)
_AUXILIARY = re.compile(
    r"is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|do|does|did|be|been|being"
)
_NO_NOUN = re.compile(
    r"the|an?|his|her|its|their|our|my|these|those|no|of|in|on|at|to|for|with|by|from|about|into|over|under|between|among|"
    r"through|during|against|without|within|per|not|very|more|most|than"
)
_CONJUNCTION = frozenset(["and", "or", "but", "so", "yet", "then", "nor", "as", "&"])
_NAME_WORD = r"(?:[A-Z][\w.'\u2019-]*|van|von|de|del|al|bin|la)"
_NAME_ONLY = re.compile(rf"{_NAME_WORD}(?: {_NAME_WORD}){{0,5}}")
_APPOSITION = re.compile(
    r"(?:and |or )?(?:who|whose|which|where|an?|the|its|his|her|their|one|now|then|himself|herself|themselves|both|all|"
    r"however|too|though|meanwhile|in turn|for example|[DRI]-|\d|[a-z])"
)
_NAME_LIST = re.compile(rf"(?:and )?{_NAME_ONLY.pattern}(?: and {_NAME_ONLY.pattern})?")
_LOWER_END = re.compile(r"(?:\A|\s)[a-z][\w'\u2019-]*\Z")
_AND_NAMES = re.compile(r"[A-Z]\S* and [A-Z]")
_FIELD = re.compile(r"[^,]+")
_CHUNK = re.compile(r"\S+")
_FIRST_VERB = re.compile(
    r"\b(?:[a-z]{2,}ed|was|were|is|are|has|had|have|will|would|said|told|gave|took|met|left|went|came|made|sent|wrote|saw|"
    r"found|held|put|set|cut|began|won|lost|led|built|bought|sold|spoke|stood|rose|fell|got|kept|chose|drew)\b"
)
DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_NOUN_PHRASE_END = re.compile(
    rf"[,;:()\u2014{QUOTED}?!]|\.\s*\Z|\Z| (?:who|which|that|when|after|before|on|in|at|during|as|while|because|but|"
    rf"last|this|yesterday|today|{DAY})\b"
)


def first_verb(text: str) -> int | None:
    """Where the first verb of a sentence seems to stand; what is before it does what it says."""
    found = _FIRST_VERB.search(text)
    return found.start() if found else None


def subject_of(text: str, verb_start: int) -> tuple[int, int] | None:
    """The noun phrase before a verb, past appositions between commas; `None` in a side clause."""
    begin = max(0, verb_start - 300)
    for boundary in _BOUNDARY.finditer(text, begin, verb_start):
        begin = boundary.end()
    fields = [m.span() for m in _FIELD.finditer(text, begin, verb_start) if m.group().strip()]
    if not fields:
        return None
    i = len(fields) - 1
    if i and text[slice(*fields[i])].strip() in _CONJUNCTION:
        return _leading(text, *fields[i - 1])  # Entwhistle was not persuaded, and compared it to …
    if text[:verb_start].rstrip().endswith(","):
        while i > 0:
            last, earlier = text[slice(*fields[i])].strip(), text[slice(*fields[i - 1])].rstrip()
            if _NAME_ONLY.fullmatch(last) and _LOWER_END.search(earlier):
                if earlier.lstrip().startswith("and "):
                    return verb_start, verb_start  # the chief, Ana Ruiz, and the mayor, Jo Lee, said: two at once
                break  # a police spokesman, Joe Silva,
            if not (_APPOSITION.match(last) or _NAME_LIST.fullmatch(last)):
                break
            i -= 1  # Ana Ruiz, a shop owner,
    return _tail(text, *fields[i])


def _tail(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The noun phrase at the end of a clause's beginning: from the end leftwards, up to a verb or conjunction."""
    words = list(_CHUNK.finditer(text, start, end))
    first = len(words)
    for i in range(len(words) - 1, -1, -1):
        word = words[i].group().strip("\"'\u201c\u201d\u2018\u2019")
        low = word.lower()
        if _SUBORDINATE.fullmatch(low):
            return None
        if low in _CONJUNCTION:
            if low == "and" and _AND_NAMES.match(" ".join(w.group() for w in words[max(0, i - 1) : i + 2])):
                first = i
                continue
            if first == len(words):
                return _leading(text, start, words[i].start())
            break
        if _AUXILIARY.fullmatch(low):
            break
        first = i
    if first == len(words) or _NO_NOUN.fullmatch(words[-1].group().lower()):
        return None
    return words[first].start(), words[-1].end()


def _leading(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The subject of the first of several verbs: `He rejected the label and wrote that …`."""
    verb = _FIRST_VERB.search(text, start, end)
    return subject_of(text, verb.start()) if verb else None


def noun_phrase_after(text: str, start: int) -> tuple[int, int] | None:
    """The noun phrase that begins at `start`; the name alone where a role comes before it."""
    stop = _NOUN_PHRASE_END.search(text, start)
    end = stop.start() if stop else len(text)
    if not text[start:end].strip() or end - start > 120:
        return None
    if text[end : end + 2] == ", " and _LOWER_END.search(text[start:end]):
        after = _NOUN_PHRASE_END.search(text, end + 2)
        name_end = after.start() if after else len(text)
        if _NAME_ONLY.fullmatch(text[end + 2 : name_end]):
            return end + 2, name_end
    return start, end
