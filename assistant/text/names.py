"""Proper names in English text, by their capitals."""

import re
from collections.abc import Iterator

from assistant.text.remembered import remembered

# A word as names have them: O'Malley, Lujan-Grisham, AT&T, J.K., St.
_TOKEN = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]*|[^\W_](?:[^\W_]|[-&'\u2019](?=[^\W_]))*\.?")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+")
_POSSESSIVE = re.compile("['\u2019][sS]?\\Z")
_BEFORE_NAME = re.compile(r"(?:Mr|Mrs|Ms|Dr|Gov|Sen|Rep|Gen|Lt|Col|Sgt|Capt|Prof|Rev|St|Mt|Ft)\.|[^\W\d_]\.")
_AFTER_NAME = re.compile(r"(?:Jr|Sr|Inc|Corp|Co|Ltd|Bros)\.")
_PARTICLE = re.compile(r"(?:de|del|della|der|den|von|van|bin|ibn|la|le|al|el|du|da|di|dos)")
_OF_HEAD = re.compile(
    r"Department|Bureau|University|Office|Ministry|Board|Court|House|Bank|Church|College|Institute|Academy|Museum|State|"
    r"City|County|Republic|Kingdom|Commonwealth|District|Duke|King|Queen|Prince|Princess|Secretary|Speaker|Chief|"
    r"Director|Mayor|Governor|President|Chamber|Federation|Union|Association|League|Council|Committee|Freedom|Bill|"
    r"Statue|Gulf|Bay|Cape|Isle|Strait|Sea|Army|Knights|Doctors|Declaration|Treaty|Battle|School|Cent(?:er|re)|Society|"
    r"Foundation|Library|Port|Lord|Order|Attorney|Joint|Chiefs|States|Archdiocese|Diocese|Authority|Agency|Company|"
    r"Ambassador|Hospital|Fund|Alliance|Coalition|Confederation|Brotherhood|Friends|Voters"
)
_AND_HEAD = re.compile(
    r"(?:Enforcement|Administration|Commission|Protection|Department|Agency|Bureau|Services?|Committee|Authority|Office|"
    r"Cent(?:er|re)|Council|Institute|Association|Act|Fund|Foundation|University|College|Ministry|Board|Prevention)\Z"
)
_CALENDAR = re.compile(
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)\.?"
)
_POSSESSED = re.compile(r"(?:Department|Office|Association|Fund|Hospital|College|University|Court|Union|League)\.?")
_SENTENCE_START = re.compile(
    '(?:\\A|[.!?\u2026:;][\'"\u201d\u2019)]*\\s+|\\n\\s*|["\u201c])[\'"\u201c\u2018(\\[\\s*\u2022-]*\\Z'
)
_CONTRACTION = re.compile("(?:n['\u2019]t|['\u2019](?:s|re|ve|ll|d|m))\\Z")
_GOES_ON = re.compile(r" and [A-Z]|['\u2019]s|,? (?:said|says|told|wrote|asked|added|denied|argued|called|declined)\b")
_LOWER_WORD = re.compile(r"(?<![^\W_])[a-z]{2,}(?![^\W_])")
_COMMON_ENDING = re.compile(r"\w{5}ly\Z|\w{3}(?:ing|tions?|ments?|ness|ists|ances?|ities|cials)\Z")

# Words that open sentences without being part of the name that may follow.
_OPENERS = """
a about above according across additionally after again against all although also am among an and another any anyone
are around as asked asking at be because been before behind below besides between beyond both but by can citing
compare could count describe despite did do does during each earlier either even every everybody everyone except
explain few finally find following for former from furthermore get given had has have he her here hers him his how
however i if in inside instead into is it its last later less list many may maybe me meanwhile might more moreover most
much must my near nearly neither never no nobody none nor not nothing now of off on once one only or other others our
out outside over overall perhaps please rather recently regarding several she should show similarly since so some
someone something sometimes still such summarise summarize tell than thanks that the their them then there these they
this those though through throughout to today together tomorrow tonight toward towards under unless unlike until up
upon us versus via was we were what whatever when whenever where whereas whether which while who whoever whom whose why
will with within without would yes yesterday yet you your
"""
_NOUNS = """
ask call cities city college congress council counties county court critics documents eight eleven federal five four
give government guidance lawmakers lawyers leaders local look make name nine officers officials parents part people
police politicians prosecutors put read republicans democrats researchers residents reporters say says schools see seven
six state states students supporters take teachers ten thanks think three try twelve twenty two use voters want workers
"""
_OPENER_SET = frozenset(_OPENERS.split())
_NOUN_SET = frozenset(_NOUNS.split())


@remembered
def names(text: str) -> tuple[str, ...]:
    """Proper names as written, each once, in order: `U.S. Department of Justice`, `Richard Berry`, `Byrne JAG`.

    A capital at the start of a sentence makes no name of a common word. Days and months are dates, not names.
    """
    return tuple(dict.fromkeys(text[start:end] for start, end in name_spans(text)))


@remembered
def name_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where the names of `names` stand, every time, in order, as (start, end)."""
    return tuple(_merged(text, list(_spans(text))))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    lower_words: frozenset[str] | None = None
    for run in _runs(text):
        opens = _SENTENCE_START.search(text[max(0, run[0].start() - 12) : run[0].start()] or "") is not None
        first, last = 0, len(run)
        while first < last and _drops(run[first].group(), opens, alone=last - first == 1):
            first, opens = first + 1, False
        while first < last and (run[last - 1].group()[0].islower() or _CALENDAR.fullmatch(run[last - 1].group())):
            last -= 1
        run = run[first:last]
        if not run or (len(run) == 1 and len(run[0].group().rstrip(".")) == 1):
            continue
        start, end = run[0].start(), _trimmed(run[-1])
        if opens and len(run) == 1 and not _GOES_ON.match(text, end):
            if lower_words is None:
                lower_words = frozenset(_LOWER_WORD.findall(text))
            word = text[start:end].lower()
            if word in lower_words or (_COMMON_ENDING.search(word) and not text[start:end].isupper()):
                continue
        yield start, end


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    """Words with capitals that follow one another, with the small words that names have inside."""
    run: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        if run and _joins(text, run[-1], token):
            run.append(token)
            continue
        if run:
            yield run
        run = [token] if token.group()[0].isupper() else []
    if run:
        yield run


def _joins(text: str, before: re.Match[str], token: re.Match[str]) -> bool:
    last, word = before.group(), token.group()
    if text[before.end() : token.start()] not in (" ", "\n", "\u00a0"):
        return False
    if _POSSESSIVE.search(last):
        return _POSSESSED.fullmatch(word) is not None
    if last.endswith(".") and not (_BEFORE_NAME.fullmatch(last) or _DOTTED.fullmatch(last)):
        return False
    if word[0].isupper():
        return True
    if word == "the":
        return last == "of"
    return _PARTICLE.fullmatch(word) is not None or (word == "of" and _OF_HEAD.fullmatch(last) is not None)


def _drops(word: str, opens: bool, alone: bool) -> bool:
    """Whether a first word is not part of the name: `In fact`, `The Sun`, `Police said`."""
    if (word.isupper() and len(word) > 1) or word.endswith("."):
        return False
    lower = _CONTRACTION.sub("", word.lower())
    if lower in _OPENER_SET:
        return True
    return opens and (lower in _NOUN_SET if alone else lower.endswith("ly"))


def _trimmed(token: re.Match[str]) -> int:
    """Where a name ends: before a possessive or the full stop of its sentence."""
    word = token.group()
    if word.endswith(".") and not (_DOTTED.fullmatch(word) or _AFTER_NAME.fullmatch(word)):
        return token.end() - 1
    possessive = _POSSESSIVE.search(word)
    return token.start() + possessive.start() if possessive else token.end()


def _merged(text: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """`Immigration and Customs Enforcement` is one name, `Baltimore and Stockton` are two."""
    held: tuple[int, int] | None = None
    for span in spans:
        if held is not None and text[held[1] : span[0]] == " and " and _AND_HEAD.search(text[span[0] : span[1]]):
            first = text[held[0] : held[1]]
            if first.count(" ") <= 1 or " of " in first:
                held = (held[0], span[1])
                continue
        if held is not None:
            yield held
        held = span
    if held is not None:
        yield held
