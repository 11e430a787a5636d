"""Who is said to say something in one sentence: the grammar of attribution in English news.

`attribution` reads a sentence whose quotations are masked and finds who says its main clause: "Berry said", "said Lou
Correa", "according to the AP", "was called a bully by Ana Ruiz". What a side clause says, what was not said, and acts
that are no speech ("called a meeting", "announced a new condition") are none. It knows no names: who the subject is, is
for `speakers` to tell. Linear in the sentence.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

QUOTED = "\ufffc"
"""Stands for every character inside a quotation, its marks included, in a masked sentence."""


class Attribution(NamedTuple):
    """Who says it: `text[start:end]` of the sentence, empty when nobody is named; and where the verb stands."""

    start: int
    end: int
    verb_start: int
    verb_end: int


_VERBS = {
    "say": "say",
    "clause": (
        "write state add argue believe warn conclude report announce note claim insist contend assert allege explain "
        "acknowledge admit concede reply respond answer testify tweet post estimate recommend stress emphasize "
        "emphasise complain recall maintain declare disclose confirm caution promise pledge vow demand think feel hope "
        "fear expect worry repeat reiterate counter observe remark advise lament joke quip agree doubt dispute deny "
        "mention speculate proclaim continue shout cry yell exclaim swear object reason point suggest"
    ),
    "tell": "tell assure remind inform",
    "ask": "ask wonder",
    "name": "call label dub brand term deem pronounce",
    "describe": "describe characterize characterise portray depict denounce dismiss hail",
    "accuse": "accuse fault attribute",
    "blame": "blame predict",
    "read": "read",
    "put": "put",
}
"""Verbs of saying by what must follow them for the sentence to tell what is said."""
_IRREGULAR = {
    "say": "said said", "tell": "told told", "write": "wrote written", "think": "thought thought", "feel": "felt felt",
    "read": "read read", "put": "put put", "swear": "swore sworn",
}  # fmt: skip


def _inflected() -> Iterator[tuple[str, tuple[str, str]]]:
    for kind, verbs in _VERBS.items():
        for verb in verbs.split():
            stem = verb[:-1] if verb.endswith(("e", "y")) else verb
            ending = {"e": "ed", "y": "ied"}.get(verb[-1], "ped" if verb == "quip" else "ed")
            past, participle = _IRREGULAR.get(verb, f"{stem}{ending} {stem}{ending}").split()
            third = stem + "ies" if verb[-1] == "y" and verb != "say" else verb + ("es" if verb.endswith("s") else "s")
            yield verb, (kind, "base")
            yield participle, (kind, "participle")
            yield past, (kind, "finite")
            yield third, (kind, "finite")
            if verb == "label":
                yield "labelled", (kind, "finite")
            yield (verb[:-1] if verb.endswith("e") else verb) + "ing", (kind, "gerund")


_FORMS = dict(_inflected())
_WORD = re.compile(r"[A-Za-z]+")
_NOT_SAID = re.compile(
    r"(?:\b(?:to|not|never|hardly|will|would|may|might|can|could|should|must|shall|do|does|did|let)|n['\u2019]t)\Z"
)
_ADVERB = re.compile(r"\b(?:\w+ly|also|then|later|now|still|once|again|even|first|all|both|already|has|have|had)\Z")
_BE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?|got)\Z")
_PLURAL = re.compile(r"(?:\b(?:they|we|I|you|people|[Pp]olice|[Mm]any|[Ss]ome|[Oo]thers)|[a-z]s)\Z")

_BOUNDARY = re.compile(rf":(?=\s)|[;()\u2014\u2013{QUOTED}]|--| - ")
_SUBORDINATE = re.compile(
    r"that|who|whom|which|whose|because|when|while|after|before|if|although|though|since|until|unless|where|why|how|than|"
    r"whether|what|whatever|whoever|wherever|lest|once"
)
_AUXILIARY = re.compile(
    r"is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|do|does|did|be|been|being"
)
_DETERMINERS = frozenset(["the", "a", "an", "his", "her", "its", "their", "our", "my", "these", "those", "no"])
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
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_NOUN_PHRASE_END = re.compile(
    rf"[,;:()\u2014{QUOTED}?!]|\.\s*\Z|\Z| (?:who|which|that|when|after|before|on|in|at|during|as|while|because|but|"
    rf"last|this|yesterday|today|{_DAY})\b"
)

_PLACE_TIME = (
    rf"(?: (?:\w+ly|also|again|later|today|yesterday|{_DAY})|"
    r" (?:on|in|to|at|from|during|with|for|after|before|last|this|earlier) [^,;:]{1,60}?(?:, \d{4})?){0,3}?"
)
_AUX_WORD = r"(?:is|are|was|were|has|have|had|will|would|can|could|may|might|must|should|does|did|do|\w+n['\u2019]t)"
_NO_RELATIVE = r"(?:(?!\b(?:that|who|which|when|where|what|to)\b)[^,;:]){1,80}?"
_PRONOUN = (
    r"(?:(?:he|she|they|we|I|there|nobody|everyone|everybody|no one)\b|"
    r"(?:it|this|you|these|those) (?:\w+(?:s|ed|ould|ill)|had)\b)"
)
_CLAUSE = re.compile(
    rf"{_PLACE_TIME},? (?:that|why|how|whether|what|if)\b|(?: out| back)? that\b| {_PRONOUN}|"
    rf"{_NO_RELATIVE} {_AUX_WORD}\b|{_PLACE_TIME}[,:]? ?{QUOTED}"
)
_PARENTHETICAL_END = re.compile(rf"{_PLACE_TIME}\s*(?:[,.!?;\u2014]|{QUOTED}|\Z)")
_COMPLEMENTS = {
    "say": re.compile(r"(?! (?:nothing|little|goodbye|hello|no more)\b)"),
    "clause": _CLAUSE,
    "tell": re.compile(
        rf" {_NO_RELATIVE}(?:,? (?:that|how|why|whether|what) | {_PRONOUN}(?! to\b)| {_AUX_WORD}\b|[,:]? ?{QUOTED})"
    ),
    "ask": re.compile(
        rf"(?: [^,;:]{{1,40}}?)? (?:why|how|whether|what|where|when|who|if)\b|{_PLACE_TIME}[,:]? ?{QUOTED}"
    ),
    "describe": re.compile(rf" [^;:{QUOTED}]{{1,120}}? as\b|{_PLACE_TIME}[:,]? ?{QUOTED}"),
    "accuse": re.compile(r" [^,;:]{1,60}? (?:of|for|to)\b"),
    "blame": re.compile(r" \w"),
    "read": re.compile(rf"[,:]? ?{QUOTED}"),
    "put": re.compile(r" it (?:this way|like this|another way|differently|\w+ly)\b| it[,.:]"),
}
_TOLD_ASIDE = re.compile(r" [^,;:]{1,40}(?:[,.]|\Z)")
_DENIED_OR_WARNED = re.compile(
    r"(?:denie[sd]|deny) (?:\w+ing\b|(?:the|any|all|these|those|such) (?:\w+ )?"
    r"(?:allegation|accusation|claim|charge|report|wrongdoing))|warn(?:s|ed)? (?:of|against|about)\b"
)
# `called it perplexing`, `called the demands a bullying tactic`, `called the vote “overdue”`; not `called him today`.
_PREDICATE = (
    rf"(?: (?:an?|the most|the least|too|so|mostly|very) \w|{QUOTED}|"
    r" (?:\w+(?:ive|ous|able|ible|ful|less|ical|ional|ary|ure|ed|[^r]ing|ic|ish)|"
    r"unfair|fair|sound|wrong|right|true|false|great|dead|safe|overdue|absurd|political|illegal|unjust|good|bad)"
    r"(?= (?:that|because|but|and|to)\b|[,.]|\Z))"
)
_NAMED = re.compile(
    r" (?:(?:it|him|her|them|this|that|himself|herself|itself|themselves) "
    r"(?!(?:on|at|to|in|from|back|again|for|off)\b|[A-Z])\w"
    rf"|(?:(?!\b(?:for|on|at|to|from|after|before|when|about)\b)[^,;:.{QUOTED}]){{1,80}}?{_PREDICATE})"
)
_NOT_NAMED = re.compile(r" (?:an?|for|on|in|off|out|up|upon|back|police|reporters|[a-z]+ meetings?)\b")
_BY = re.compile(r"[^;:]{0,120}? by ")
_THAT = re.compile(r" that\b")
_IT = re.compile(r"\b[Ii]t\s*\Z")
_AS = re.compile(r"(?:\A|[\s,])[Aa]s\Z")
_CLAUSE_WORD = re.compile(rf"\b(?:{_AUX_WORD}|[a-z]{{2,}}ed)\b")
_SPEAKER_START = re.compile(r"[A-Z@]|(?:the|an?|one|some|his|her|its|their) ")
_ACCORDING = re.compile(r"\b(?:[Aa]ccording to|[Ii]n the (?:words|view|opinion|eyes) of) ")
_EVIDENCE = re.compile(
    r"\b(?:model|data|stud(?:y|ies)|evidence|analys[ie]s|results?|figures?|polls?|surveys?|findings?|documents?|tests?|"
    r"records?|research|estimates?|images?|video|footage|history|experience|numbers?|it|this|that|which)\b",
    re.IGNORECASE,
)
_NO_SPEAKER = re.compile(r"(?:the )?(?:plan|schedule|law|rules|whether|how|tradition|need|size|legend|custom)\b")
_SAYING = re.compile(r",? (?:saying|arguing|adding|warning|claiming|insisting|noting|contending|calling)\b")


def attribution(text: str) -> Attribution | None:
    """The first attribution of the main clause; `text` is a sentence with its quotations masked."""
    according = _ACCORDING.search(text)
    if according is not None and not _NO_SPEAKER.match(text, according.end()):
        first = _noun_phrase_after(text, according.end())
        if first is not None and not any(_spoken(text, word) for word in _WORD.finditer(text, 0, according.start())):
            return Attribution(*first, according.start(), according.end())
    for word in _WORD.finditer(text):
        found = _spoken(text, word)
        if found is not None:
            return found
    return None


def first_verb(text: str) -> int | None:
    """Where the first verb of a sentence seems to stand; what is before it does what it says."""
    found = _FIRST_VERB.search(text)
    return found.start() if found else None


def _spoken(text: str, word: re.Match[str]) -> Attribution | None:
    """The attribution that this word makes as a verb, if it does."""
    kind, form = _FORMS.get(word.group(), ("", ""))
    if not kind:
        return None
    before = word.start()
    passive = have = False
    while True:
        left = text[max(0, before - 40) : before].rstrip()
        if _NOT_SAID.search(left):
            return None
        found = _BE.search(left) or _ADVERB.search(left)
        if found is None or form == "base":
            break
        passive = passive or _BE.fullmatch(found.group()) is not None
        have = have or found.group() in {"has", "have", "had"}
        before = max(0, before - 40) + len(left) - len(found.group())
    if form == "gerund":
        return _participial(text, word) if not passive else None
    if form == "base" and not _PLURAL.search(left):
        return None
    if form == "participle" and not (have or passive):
        return None
    if passive:
        return _passive(text, kind, before, word)
    subject = _inverted(text, before, word, kind)
    if subject is None:
        subject = _subject(text, before)
        if subject is None or not _says_something(text, kind, subject[0], word):
            return None
        if word.group().startswith("suggest") and _EVIDENCE.search(text, *subject):
            return None  # a model suggests that the water will rise; nobody says so
    return Attribution(*subject, word.start(), word.end())


def _says_something(text: str, kind: str, subject_start: int, verb: re.Match[str]) -> bool:
    """Whether what follows the verb, or the commas around it, make it tell what is said."""
    left = text[:subject_start].rstrip()
    aside = left.endswith((",", QUOTED)) or _AS.search(left) is not None
    if aside and kind not in {"name", "accuse"} and _PARENTHETICAL_END.match(text, verb.end()):
        return True
    if aside and kind == "tell" and _TOLD_ASIDE.match(text, verb.end()):
        return True
    if kind == "name":
        return not _NOT_NAMED.match(text, verb.end()) and _NAMED.match(text, verb.end()) is not None
    if kind == "clause" and _DENIED_OR_WARNED.match(text, verb.start()):
        return True
    return _COMPLEMENTS[kind].match(text, verb.end()) is not None


def _passive(text: str, kind: str, before: int, verb: re.Match[str]) -> Attribution | None:
    agent = _BY.match(text, verb.end())
    if agent is not None and kind in {"name", "describe"}:
        by = _noun_phrase_after(text, agent.end())
        return Attribution(*by, verb.start(), verb.end()) if by else None
    impersonal = kind == "tell" or (kind in {"say", "clause"} and _IT.search(text[:before]) is not None)
    if impersonal and _THAT.match(text, verb.end()):
        return Attribution(verb.start(), verb.start(), verb.start(), verb.end())
    return None


def _participial(text: str, word: re.Match[str]) -> Attribution | None:
    """`Halloran vetoed the plan, saying it would cost too much`: the subject of the main clause says it."""
    comma = _SAYING.search(text, max(0, word.start() - 2), word.end())
    first = _FIRST_VERB.search(text, 0, word.start()) if comma and comma.group().startswith(",") else None
    subject = _subject(text, first.start()) if first else None
    return Attribution(*subject, word.start(), word.end()) if subject else None


def _inverted(text: str, before: int, verb: re.Match[str], kind: str) -> tuple[int, int] | None:
    """`“…,” said Lou Correa`: the subject after the verb."""
    left = text[:before].rstrip()
    if kind not in {"say", "clause", "ask"} or not left.endswith((",", QUOTED)) or text[before : verb.start()].strip():
        return None
    found = _noun_phrase_after(text, verb.end() + 1)
    if found is None or not _SPEAKER_START.match(text, found[0]):
        return None
    # After a mere comma the noun phrase must be all there is: `Halloran, the mayor, said the wall will hold.`
    whole = left.endswith(QUOTED) or not _CLAUSE_WORD.search(text, *found)
    return found if whole else None


def _subject(text: str, verb_start: int) -> tuple[int, int] | None:
    """The noun phrase before a verb, past appositions between commas; `None` in a side clause."""
    begin = max(0, verb_start - 300)
    for boundary in _BOUNDARY.finditer(text, begin, verb_start):
        begin = boundary.end()
    fields = [m.span() for m in _FIELD.finditer(text, begin, verb_start) if m.group().strip()]
    if not fields:
        return None
    i = len(fields) - 1
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
        if _AUXILIARY.fullmatch(low) or (word.islower() and _FORMS.get(word, ("", ""))[1] == "finite"):
            break
        first = i
    if first == len(words) or (first == len(words) - 1 and words[first].group().lower() in _DETERMINERS):
        return None
    return words[first].start(), words[-1].end()


def _leading(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The subject of the first of several verbs: `He rejected the label and wrote that …`."""
    verb = _FIRST_VERB.search(text, start, end)
    return _subject(text, verb.start()) if verb else None


def _noun_phrase_after(text: str, start: int) -> tuple[int, int] | None:
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
