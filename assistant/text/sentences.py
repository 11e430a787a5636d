"""Sentences with exact offsets: pysbd's boundaries, corrected where news text needs it.

pysbd (Sadvilkar and Neumann, "PySBD: Pragmatic Sentence Boundary Disambiguation", NLP-OSS 2020) proposes; the rules
below add what it misses (other scripts, ellipses, "Plan B. The …") and take back what it invents ("8 a.m. Tuesday",
"D-Calif., who", `?”` before "Ms. Lee asked."). Its own offsets go wrong when text repeats; these are counted instead.
"""

import re
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from typing import Any

from assistant.text.quotations import quotations

_LONGEST_QUOTATION = 400
"""Characters up to which a quotation of several sentences stays whole, with its marks and whoever said it."""
_WINDOW, _MOST_STOPS = 800, 60
"""Characters given to pysbd at once, for its rules are quadratic; a window with more full stops is not prose."""

# Layout.
_BLOCK = re.compile(r"\S(?:[^\n]|\n(?![^\S\n]*(?:\n|\Z)))*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]")
_BULLET = re.compile(r"[ \t]*(?:[-*+\u2022\u25e6\u25aa\u25cf\u2023\u2043\u00b7]|#{1,6})[ \t]+")
_ENUMERATOR = re.compile(r"[ \t]*(?:\(?\d{1,3}[.)]|\(?[A-Za-z][.)]|[\u2013\u2014])[ \t]+")

# What pysbd does not see: quotation marks and brackets mislead it (and cost it exponential time), and its own
# placeholders it would turn into something else.
_REFERENCE = r"\[(?:\d{1,3}|[a-z][a-z ]{0,30})\]"  # [3] and [citation needed]
_UNSEEN = re.compile(rf"{_REFERENCE}|[\s\"'\u2018-\u201f\u00ab\u00bb\u2039\u203a()\[\]{{}}]")
_PLACEHOLDERS = str.maketrans(dict.fromkeys("&∯∮♨☝ȸȹƪ♟♝☏♬♭☉☈☇☄⎋✂⌬ᓰᓱᓳᓴᓷᓸ", "x"))

_STOP, _SPACE_INSIDE = re.compile(r"[.!?]"), re.compile(r"\s\S")

# Boundaries.
_STARTERS = (
    "A|An|The|This|That|These|Those|It|Its|He|His|She|Her|They|Their|We|Our|I|You|Your|There|Here|In|On|At|By|For|From|"
    "With|Without|After|Before|When|While|As|If|But|And|Or|So|Yet|Then|However|Although|Though|Because|Since|Until|"
    "During|Under|Over|Among|Both|Some|Many|Most|All|Each|No|Not|What|Who|Why|How|Where|Which|To|Of|Also|Another|Other|"
    "Now|Meanwhile|According|Officials|Nobody|Everybody|Nothing|Once|Only|Even|Such|Several"
)
_STARTER = re.compile(rf"[\"'\u201c\u2018(\[]*(?:{_STARTERS})(?=[\s,'\u2019])")
_CLOSING = r"[\u201d\u2019\u00bb\u203a)\]\u300d\u300f\uff09]"
_EMOJI = r"[\U0001f000-\U0001faff\u2600-\u27bf]"
_TRAILING = re.compile(
    rf"(?:['\"]|{_CLOSING}|{_REFERENCE})*"
    rf"(?:[ \t]?{_EMOJI}[\ufe0f\u200d\U0001f3fb-\U0001f3ff]*)*"
)
_OPENING = "(?=\\s+[\"'\u201c\u2018(]?[A-Z])"
_MISSED = re.compile(
    rf"(?:(?<!\.)(?<!\.\s)\.(?:\s?\.){{2,}}+|\u2026){_CLOSING}*+{_OPENING}"  # He waited ... Then
    rf"|(?:(?<=\b[A-Z])|(?<=\b[ap]\.m))\.{_CLOSING}*(?=\s+(?:{_STARTERS})[ ,'\u2019])"  # Plan B. The, 8 p.m. The
    rf"|(?<=[a-z] I)\.{_OPENING}"  # So do I. Mary
    r"|[.!?\u2026][\u201d\"](?=[A-Z\u201c])"  # a space lost: pay.”He
    r"|(?<=[a-z])[!?](?=[A-Z][a-z]+[ ,'\u2019])"
    rf"|(?<=[a-z]{{2}})\.(?=(?:{_STARTERS})[ ,'\u2019])"
    rf"|[\u3002\uff01\uff1f\uff0e]+{_CLOSING}*"  # Chinese and Japanese: no space follows
    # Arabic, Urdu, Hindi, Armenian, Ethiopic
    rf"|(?<![\u061f\u06d4\u0964\u0965])[\u061f\u06d4\u0964\u0965\u0589\u1362]++{_CLOSING}*+(?=\s)"
)

# Full stops that end no sentence, by the word before them and what follows.
_TOKEN = re.compile(r"[^\s\"'(\[\u201c\u2018\u00ab/\u2014-]+(?=\.\Z)")
_TITLE = re.compile(
    r"Mrs?|M[sx]|Drs?|Govs?|Sens?|Reps?|Gens?|Lt|Col|Sgt|Capt|Maj|Cmdr|Adm|Profs?|Rev|Hon|Fr|Pres|Supt|Attys?|Det|Cpl|"
    r"Pvt|Pfc|Spc|Ald|Asst|Assoc|Insp|Dep|Amb|Messrs|Mssrs|Mme|Mlle|Msgr|Brig|Mt|Ft|St"
)
_BEFORE_ANYTHING = re.compile(r"vs|v|cf|viz|lit|e\.g|i\.e|bzw|ca")
_BEFORE_NUMBER = re.compile(
    r"[Nn]os?|pp?|[Aa]rt|[Ss]ecs?|[Ff]igs?|[Vv]ol|[Cc]h|[Pp]ara?|Nr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|"
    r"approx|est|al|ft|in|lb|[Oo]p|L|Pub|Stat|Cir|Rte|Hwy"
)
_BEFORE_JOB = re.compile(
    r"Inc|Corp|Co|Ltd|LLC|Bros|Jr|Sr|Esq|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|La|Md|Mass|Mich|Minn|"
    r"Miss|Mo|Mont|Neb|Nev|Okla|Ore|Pa|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|[NS]\.[CD]|N\.[HJMY]|R\.I|W\.Va"
)
_JOB = re.compile(
    r"(?:Gov|Sen|Rep|Atty|Lt|Gen)\.|(?:Attorney|Governor|Senator|Mayor|Secretary|Supreme|Chief|CEO|President|Chair\w*|"
    r"Vice|Police Chief|Superintendent|Treasurer|Sheriff)\b"
)
_NUMERAL = re.compile(r"\d|[\u00a7#(]|[IVXLC]+\b")
_AGENCY = re.compile(r"\([A-Z][\w.]*\)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.){2,}\Z|(?:Ph|Ed)\.?D\.\Z")
_CLOCK = re.compile(r"\b[ap]\.?m\.\Z", re.IGNORECASE)
_AFTER_CLOCK = re.compile(
    r"\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\b|"
    r"(?:[ECMP][SD]?T|GMT|UTC|BST|CET|Eastern|Central|Mountain|Pacific)\b"
)
_INITIAL = re.compile(r"(?:\A|[\s\"'(\[\u201c\u2018.-])[^\W\d_]\.\Z")
_LABEL = re.compile(
    r"\b(?:War|Part|Act|Phase|Title|Type|Class|Vitamin|Hepatitis|Group|Grade|Plan|Team|Block|Category|Appendix|Exhibit|"
    r"Schedule|Division|Section|Option|Ward|Line) [A-Z]\.\Z|[a-z] I\.\Z",
    re.IGNORECASE,
)
_SPANISH_TITLE = re.compile(r"\b(?:el|del|al) Sr\.\Z")
_GERMAN_DAY = re.compile(r"\b(?:am|vom|zum|dem|den|der|bis|ab|seit|und) \d{1,2}\.\Z")
_GERMAN_MONTH = re.compile(r"Jan|Feb|M\u00e4r|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez")

# Other marks that end no sentence.
_BRAND = re.compile(r"\b(?:Yahoo|Yum|Jeopardy|Wham|Joomla|Oklahoma|Ahoy)!\Z")
_WORD = re.compile(r"[(\[]?((?:[^\W\d_]|[-'\u2019])+)")
_NAME_PART = r"(?:(?:[A-Z]\w*[.\u2019'-]?)+,?|of|the|de|del|van|von|al)"
_ATTRIBUTION = re.compile(
    rf"(?:@\w+|{_NAME_PART}(?: {_NAME_PART}){{0,7}}) (?:"
    r"(?:asked|wondered|demanded|shouted|cried|yelled|exclaimed|screamed|replied|answered|joked|quipped|insisted)"
    r"(?! (?:for|if|whether|why|how|what|that|when|to)\b)"
    r"|(?:said|says|added|wrote|writes|tweeted|posted|continued|told (?:[A-Z]\w+|the \w+|reporters|them|him|her))"
    r"(?=[.,;:]|\Z| (?:in|on|at|during|to|when|as|after|before|of|with|while|by|from|about)\b| \w+ly\b))"
)


def split_sentences(text: str) -> tuple[tuple[int, int, int], ...]:
    """Sentences of a normalised text as (start, end, paragraph), in order.

    No span begins or ends with white space, spans do not overlap, and together they hold every other character.
    Paragraphs are blocks between blank lines, counted from 0; a single line end inside one is only a wrapped line,
    unless a list item or a heading begins or ends there.
    """
    spans: list[tuple[int, int, int]] = []
    for paragraph, block in enumerate(_BLOCK.finditer(text)):
        for part_start, part in _parts(block.group()):
            offset = block.start() + part_start
            spans += [(offset + start, offset + end, paragraph) for start, end in _with_words(part, _boundaries(part))]
    return tuple(spans)


def _parts(block: str) -> Iterator[tuple[int, str]]:
    """What no sentence of a block crosses: headings, list items, and the wrapped lines between them."""
    lines = list(_LINE.finditer(block))
    enumerated = sum(_ENUMERATOR.match(line.group()) is not None for line in lines) > 1
    start, heading = 0, False
    for line in lines:
        item = _BULLET.match(line.group()) or (enumerated and _ENUMERATOR.match(line.group()))
        if line.start() > start and (item or heading):
            yield start, block[start : line.start()]
            start = line.start()
        heading = _HEADING.match(line.group()) is not None
    yield start, block[start:]


def _boundaries(part: str) -> list[int]:
    """Offsets at which sentences begin, 0 among them."""
    whole = [(q.start, q.end) for q in quotations(part) if q.closed and q.end - q.start <= _LONGEST_QUOTATION]
    cased = any(c.isupper() for c in part)
    starts = [0]
    for cut in _candidates(part):
        if not _inside(cut, whole) and not _continues(part, starts[-1], cut, cased):
            starts.append(cut)
    return starts


def _candidates(part: str) -> list[int]:
    cuts = {_past_trailing(part, end) for end in _proposed(part) if part[end - 1] in ".!?"}
    cuts = {cut for cut in cuts if part[cut : cut + 1].isspace()}
    cuts.update(_past_trailing(part, match.end()) for match in _MISSED.finditer(part))
    return sorted(cuts - {0, len(part)})


def _proposed(part: str) -> Iterator[int]:
    """Ends of pysbd's sentences, found by counting the characters that it was shown."""
    stop = _STOP.search(part)
    if stop is None or not _SPACE_INSIDE.search(part, stop.end()):
        return
    unseen = {i for match in _UNSEEN.finditer(part) for i in range(*match.span())}
    places = [i for i in range(len(part)) if i not in unseen]
    shown = _UNSEEN.sub(lambda match: " " if match.group().isspace() else "", part).translate(_PLACEHOLDERS)
    seen = 0
    for window in _windows(shown):
        size = len("".join(window.split()))
        proposed = _segmenter().processor(window).process() if window.count(".") <= _MOST_STOPS else ()
        lengths = [len("".join(sentence.split())) for sentence in proposed]
        if sum(lengths) == size:
            yield from (places[count - 1] + 1 for count in accumulate(lengths, initial=seen) if count > seen)
        seen += size


def _windows(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + _WINDOW
        if end < len(text):
            end = (text.rfind(". ", start, end) + 1) or (text.rfind(" ", start, end) + 1) or end
        yield text[start:end]
        start = end


@cache
def _segmenter() -> Any:
    # Imported here, for stored sentences need no splitter; its source holds escapes that Python warns of.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysbd
    return pysbd.Segmenter(language="en", clean=False)


def _past_trailing(part: str, end: int) -> int:
    match = _TRAILING.match(part, end)
    return match.end() if match else end


def _inside(cut: int, spans: list[tuple[int, int]]) -> bool:
    place = bisect_right(spans, (cut, 0)) - 1
    return place >= 0 and spans[place][0] < cut < spans[place][1]


def _continues(part: str, start: int, cut: int, cased: bool) -> bool:
    """Whether the sentence that began at `start` goes on after `cut`, although it looks like its end."""
    left, right = part[max(start, cut - 80) : cut].rstrip(), part[cut : cut + 160].lstrip()
    if right[:1] in ",;:)]}%\u2013\u2014" or (right[:1] == "-" and right[1:2] in "- "):
        return True
    word = _WORD.match(right)
    if cased and word and word.group(1).islower() and part[cut].isspace():
        return True  # `?” asked Ms. Lee`, `8 p.m. on Monday`; iPhone has a capital
    if left[-1:] == ".":
        return _abbreviated(left, right, first=cut - start == len(left))
    if left[-1:] in "\"'\u201d\u2019":
        return left.rstrip("\"'\u201d\u2019")[-1:] in "?!" and _ATTRIBUTION.match(right) is not None
    return _BRAND.search(left) is not None and not _STARTER.match(right)


def _abbreviated(left: str, right: str, first: bool) -> bool:
    """Whether the full stop that ends `left` belongs to an abbreviation; `first`: the sentence began with `left`."""
    found = _TOKEN.search(left)
    token = found.group() if found else ""
    starter = _STARTER.match(right) is not None
    if (first and _ENUMERATOR.fullmatch(left + " ")) or (token and _AGENCY.match(right)):
        return True
    if _TITLE.fullmatch(token):
        return not starter and not (token == "St" and right[:1].isdigit())
    if _BEFORE_ANYTHING.fullmatch(token) or (_BEFORE_NUMBER.fullmatch(token) and _NUMERAL.match(right)):
        return True
    if _CLOCK.search(left):
        return _AFTER_CLOCK.match(right) is not None or (first and left.count(" ") <= 3 and not starter)
    if _BEFORE_JOB.fullmatch(token):
        return _JOB.match(right) is not None or _SPANISH_TITLE.search(left) is not None
    if _DOTTED.search(left):
        return not starter and (right[:1].isalnum() or right[:1] == "\u00a7")
    if _INITIAL.search(left):
        return not _LABEL.search(left) and (first or not starter)
    return _GERMAN_DAY.search(left) is not None and _GERMAN_MONTH.match(right) is not None


def _with_words(part: str, starts: list[int]) -> Iterator[tuple[int, int]]:
    """Trimmed spans from the starts; what has no letter or digit goes with the sentence before it, else after it."""
    begun, end, worded = -1, 0, False
    for start, stop in zip(starts, [*starts[1:], len(part)], strict=True):
        piece = part[start:stop]
        if not piece.strip():
            continue
        has_word = any(c.isalnum() for c in piece)
        if worded and has_word:
            yield begun, end
            begun, worded = -1, False
        if begun < 0:
            begun = start + len(piece) - len(piece.lstrip())
        worded = worded or has_word
        end = start + len(piece.rstrip())
    if begun >= 0:
        yield begun, end
