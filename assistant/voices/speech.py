"""Who is said to say something in one sentence: the grammar of attribution in English news.

`attribution` reads a sentence whose quotations are masked and finds who says its main clause: "Berry said", "said Lou
Correa", "according to the AP", "was called a bully by Ana Ruiz". What a side clause says, what was not said, and acts
that are no speech ("called a meeting", "announced a new condition") are none. It knows no names: who the subject is, is
for `speakers` to tell. Linear in the sentence.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from assistant.voices.clauses import DAY, QUOTED, first_verb, noun_phrase_after, subject_of


class Attribution(NamedTuple):
    """Who says it: `text[start:end]` of the sentence; empty when nobody in particular does."""

    start: int
    end: int


_Form = Literal["base", "finite", "participle", "gerund"]

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
    "compare": "compare liken",
    "blame": "blame predict",
    "read": "read",
    "put": "put",
}
"""Verbs of saying by complement: anything; a clause; a listener and a clause; a question; a predicate; `as`; …"""
_IRREGULAR = {
    "say": "said said", "tell": "told told", "write": "wrote written", "think": "thought thought", "feel": "felt felt",
    "read": "read read", "put": "put put", "swear": "swore sworn", "quip": "quipped quipped", "dub": "dubbed dubbed",
    "admit": "admitted admitted", "label": "labelled labelled",
}  # fmt: skip


def _inflected() -> Iterator[tuple[str, tuple[str, _Form]]]:
    for kind, verbs in _VERBS.items():
        for verb in verbs.split():
            silent = verb.removesuffix("e")
            regular = verb[:-1] + "ied" if verb[-2:] in {"fy", "ly", "ny", "ry"} else silent + "ed"
            past, participle = _IRREGULAR.get(verb, f"{regular} {regular}").split()
            third = regular[:-1] + "s" if regular.endswith("ied") else verb + ("es" if verb.endswith("s") else "s")
            yield verb, (kind, "base")
            yield silent + "ing", (kind, "gerund")
            yield participle, (kind, "participle")
            yield past, (kind, "finite")
            yield third, (kind, "finite")


_FORMS: Mapping[str, tuple[str, _Form]] = {**dict(_inflected()), "labeled": ("name", "finite")}
"""Complement and grammatical form of every form of every verb."""

_WORD = re.compile(r"[A-Za-z]+")
_NOT_SAID = re.compile(
    r"(?:\b(?:(?<!used )to|not|never|hardly|will|would|may|might|can|could|should|must|shall|do|does|did|let)"
    r"|n['\u2019]t)\Z"
)
_ADVERB = re.compile(r"\b(?:\w+ly|also|then|later|now|still|once|again|even|first|all|both|already|has|have|had)\Z")
_BE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?|got)\Z")
_PLURAL = re.compile(r"(?:\b(?:they|we|I|you|people|[Pp]olice|[Mm]any|[Ss]ome|[Oo]thers)|[a-z]s)\Z")

_PLACE_TIME = (
    rf"(?: (?:\w+ly|also|again|later|today|yesterday|{DAY})|"
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
    rf"{_NO_RELATIVE} {_AUX_WORD}\b|{_PLACE_TIME}[,:]? ?{QUOTED}| (?:this|the following|as follows)\b[^:]{{0,60}}:\Z"
)
_PARENTHETICAL_END = re.compile(rf"{_PLACE_TIME}\s*(?:[,.!?;\u2014]|{QUOTED}|\Z)")
_COMPLEMENTS = {
    "say": re.compile(r"(?! (?:nothing|little|goodbye|hello|no more)\b)"),
    "clause": _CLAUSE,
    "tell": re.compile(
        rf" {_NO_RELATIVE}(?:,? (?:that|how|why|whether|what) | {_PRONOUN}(?! to\b)| {_AUX_WORD}\b|[,:]? ?{QUOTED})"
    ),
    "ask": re.compile(
        rf"(?: [^,;:]{{1,40}}?)? (?:why|how|whether|what|where|when|who|if|that)\b|{_PLACE_TIME}[,:]? ?{QUOTED}"
    ),
    "compare": re.compile(rf" [^;:{QUOTED}]{{1,120}}? (?:to|with) {QUOTED}"),
    "describe": re.compile(rf" [^;:{QUOTED}]{{1,120}}? as\b|{_PLACE_TIME}[:,]? ?{QUOTED}"),
    "accuse": re.compile(r" [^,;:]{1,60}? (?:of|for|to)\b"),
    "blame": re.compile(r" \w"),
    "read": re.compile(rf"[,:]? ?{QUOTED}"),
    "put": re.compile(
        r" it (?:this way|like this|another way|differently|\w+ly)\b| it(?: last \w+| on \w+day| in \d{4})?[,.:]"
    ),
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
_ASIDE = re.compile(r"(?<=\w) \([^()]{1,40}\)")  # Michael Doherty (R-Warren) said
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
    text = _ASIDE.sub(lambda match: " " * len(match.group()), text)
    according = _ACCORDING.search(text)
    if according is not None and not _NO_SPEAKER.match(text, according.end()):
        first = noun_phrase_after(text, according.end())
        if first is not None and not any(_spoken(text, word) for word in _WORD.finditer(text, 0, according.start())):
            return Attribution(*first)
    for word in _WORD.finditer(text):
        found = _spoken(text, word)
        if found is not None:
            return found
    return None


def _spoken(text: str, word: re.Match[str]) -> Attribution | None:
    """The attribution that this word makes as a verb, if it does."""
    if word.group() not in _FORMS:
        return None
    kind, form = _FORMS[word.group()]
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
        subject = subject_of(text, before)
        if subject is None or not _says_something(text, kind, subject[0], word):
            return None
        if word.group().startswith("suggest") and _EVIDENCE.search(text, *subject):
            return None  # a model suggests that the water will rise; nobody says so
    return Attribution(*subject)


def _says_something(text: str, kind: str, subject_start: int, verb: re.Match[str]) -> bool:
    """Whether what follows the verb, or the commas around it, make it tell what is said."""
    left = text[:subject_start].rstrip()
    aside = left.endswith((",", QUOTED)) or _AS.search(left) is not None
    if aside and kind not in {"name", "accuse"} and _PARENTHETICAL_END.match(text, verb.end()):
        return True
    if aside and kind == "tell" and _TOLD_ASIDE.match(text, verb.end()):
        return True
    if kind == "name":
        quotes = QUOTED in text[verb.end() : verb.end() + 80]
        return (quotes or not _NOT_NAMED.match(text, verb.end())) and _NAMED.match(text, verb.end()) is not None
    if kind == "clause" and _DENIED_OR_WARNED.match(text, verb.start()):
        return True
    return _COMPLEMENTS[kind].match(text, verb.end()) is not None


def _passive(text: str, kind: str, before: int, verb: re.Match[str]) -> Attribution | None:
    agent = _BY.match(text, verb.end())
    if agent is not None and kind in {"name", "describe"}:
        by = noun_phrase_after(text, agent.end())
        return Attribution(*by) if by else None
    impersonal = kind == "tell" or (kind in {"say", "clause"} and _IT.search(text[:before]) is not None)
    if impersonal and _THAT.match(text, verb.end()):
        return Attribution(verb.start(), verb.start())
    return None


def _participial(text: str, word: re.Match[str]) -> Attribution | None:
    """`Halloran vetoed the plan, saying it would cost too much`: the subject of the main clause says it."""
    comma = _SAYING.search(text, max(0, word.start() - 2), word.end())
    first = first_verb(text[: word.start()]) if comma and comma.group().startswith(",") else None
    subject = subject_of(text, first) if first is not None else None
    return Attribution(*subject) if subject else None


def _inverted(text: str, before: int, verb: re.Match[str], kind: str) -> tuple[int, int] | None:
    """`“…,” said Lou Correa`: the subject after the verb."""
    left = text[:before].rstrip()
    if kind not in {"say", "clause", "ask"} or not left.endswith((",", QUOTED)) or text[before : verb.start()].strip():
        return None
    found = noun_phrase_after(text, verb.end() + 1)
    if found is None or not _SPEAKER_START.match(text, found[0]):
        return None
    # After a mere comma the noun phrase must be all there is: `Halloran, the mayor, said Lee “has failed.”`
    alone = text[found[1] : found[1] + 1] in (",", ".", "") and not _CLAUSE_WORD.search(text, *found)
    return found if left.endswith(QUOTED) or alone else None
