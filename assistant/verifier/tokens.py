"""A text as the verifier compares it: in plain type, cut into words that know their root and their clause.

`typeset` undoes what an editor's keyboard does (curly quotes, long hyphens, spaces); `plain` also undoes digits and
letters of other widths. Both serve comparing only; what is shown is never rewritten.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from itertools import zip_longest
from typing import NamedTuple

from assistant.text import STOP_WORDS
from assistant.text.lexicon import AFFIRMING, NEGATORS, root

_TYPE = str.maketrans(
    {
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
        "\u2015": "\u2014",
        "\u2026": "...",
    }
)
_SPACE = re.compile(r"\s+")
_VARIANTS = ("<wide>", "<narrow>", "<font>")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,:]\d+)*)"
    r"|(?P<word>(?:[^\W\d_]\.){2,}|[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<stop>[.;:!?()\u2014\n]|\s-\s)|(?P<comma>,)"
)
_TURNS = frozenset(("but", "although", "though", "while", "whereas", "because", "however", "yet"))


class Token(NamedTuple):
    """One word or number."""

    text: str
    """As written, in plain type."""
    low: str
    root: str
    start: int
    end: int
    clause: int
    """Number of the clause; full stops, semicolons, brackets, dashes and words like `but` begin a new one."""
    after_comma: bool

    @property
    def content(self) -> bool:
        return self.low not in STOP_WORDS and not self.negates

    @property
    def negates(self) -> bool:
        return self.low in NEGATORS or self.low.endswith("n't")

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()


def typeset(text: str) -> str:
    """The text with plain quotation marks, hyphens, ellipses and single spaces; same words, same case."""
    return _SPACE.sub(" ", unicodedata.normalize("NFC", text).translate(_TYPE)).strip()


def plain(text: str) -> str:
    """`typeset`, and every digit and letter in its ordinary form: fullwidth, mathematical, other scripts' digits."""
    text = typeset(text)
    return text if text.isascii() else "".join(map(_ordinary, text))


def _ordinary(character: str) -> str:
    if character.isascii():
        return character
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if unicodedata.decomposition(character).startswith(_VARIANTS):
        return unicodedata.normalize("NFKC", character)
    return character


def tokenise(text: str) -> tuple[Token, ...]:
    """Words and numbers of a plain text, in order. Hyphens part words; `U.S.` and `don't` are one."""
    found: list[Token] = []
    clause = 0
    comma = False
    for match in _TOKEN.finditer(text):
        written = match.group()
        if match.lastgroup == "stop":
            clause += 1
        elif match.lastgroup == "comma":
            comma = True
        else:
            low = written.lower().removesuffix("'s")
            if low in _TURNS:
                clause += 1
            if "." in low and low[0].isalpha():
                low = low.replace(".", "")
            found.append(Token(written, low, root(low), match.start(), match.end(), clause, comma))
            comma = False
    return tuple(_without_affirmations(found))


def _without_affirmations(tokens: list[Token]) -> Iterable[Token]:
    """`not only`, `no doubt` and their like begin with a negator and deny nothing, nor does the `No,` of an answer."""
    for token, following in zip_longest(tokens, tokens[1:]):
        answers = token.low == "no" and following and following.after_comma
        if answers or (token.negates and following and f"{token.low} {following.low}" in AFFIRMING):
            yield token._replace(low="indeed", root="indeed")
        else:
            yield token


class Reading:
    """A text, or the cited sentences together, as the checks compare it."""

    def __init__(self, texts: Iterable[str], *, hedged: bool = False, reports: bool = False) -> None:
        self.text = "\n".join(map(plain, texts))
        """In plain type; one line a sentence."""
        self.hedged = hedged
        """Whether a sentence was marked as hedged when the document was read."""
        self.reports = reports
        """Whether a sentence gives another's words or thoughts."""

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        return tokenise(self.text)

    @cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        """Where each root stands, as indexes into `tokens`."""
        found: dict[str, list[int]] = {}
        for place, token in enumerate(self.tokens):
            found.setdefault(token.root, []).append(place)
        return found

    @cached_property
    def clauses(self) -> Mapping[int, Set[str]]:
        """Content roots by clause."""
        found: dict[int, set[str]] = {}
        for token in self.tokens:
            if token.content:
                found.setdefault(token.clause, set()).add(token.root)
        return found

    @property
    def roots(self) -> Set[str]:
        return self.places.keys()

    @cached_property
    def words(self) -> Set[str]:
        """Lower-case words."""
        return {token.low for token in self.tokens}

    def after(self, place: int, limit: int = 7) -> tuple[int, ...]:
        """Places of up to `limit` content words that follow in the clause: what a word like `not` or `may` governs."""
        found: list[int] = []
        for i in range(place + 1, min(len(self.tokens), place + 1 + 2 * limit)):
            token = self.tokens[i]
            ends = token.clause != self.tokens[place].clause or token.low == "and" or (token.after_comma and found)
            if ends or len(found) == limit:
                break
            if token.content:
                found.append(i)
        return tuple(found)

    def before(self, place: int, limit: int = 7) -> tuple[int, ...]:
        """Places of up to `limit` content words that precede in the clause, nearest first."""
        found: list[int] = []
        for i in range(place - 1, max(-1, place - 1 - 2 * limit), -1):
            if self.tokens[i].clause != self.tokens[place].clause or len(found) == limit:
                break
            if self.tokens[i].content:
                found.append(i)
        return tuple(found)

    def head(self, places: Sequence[int]) -> Token | None:
        """The first word there that is no adverb."""
        return next((self.tokens[i] for i in places if not self.tokens[i].low.endswith("ly")), None)

    def roots_at(self, places: Iterable[int]) -> set[str]:
        return {self.tokens[i].root for i in places}

    def only_at(self, places: Sequence[int]) -> set[str]:
        """Roots that stand at these places and nowhere else."""
        here: dict[str, int] = {}
        for i in places:
            here[self.tokens[i].root] = here.get(self.tokens[i].root, 0) + 1
        return {root for root, count in here.items() if len(self.places[root]) == count}

    def window(self, place: int, width: int) -> tuple[Token, ...]:
        """The words around a place, itself included."""
        return self.tokens[max(0, place - width) : place + width + 1]
