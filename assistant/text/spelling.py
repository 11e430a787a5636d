"""A reader's slip of the keyboard, put right by the article's own words.

Only where it is safe: a word that neither the article nor the model's vocabulary has, one slip away (two in long words)
from a word of the article, with the same first letter. Names that differ more stay as asked, so that "Stockholm" is
never read as "Stockton".
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]{3,}")
_SHORT = 4
_LONG = 9
_ASKING = dict.fromkeys(
    "what when where which whose does have many much been with from about that their there would could should "
    "because the how who why did was were has".split(),
    1,
)
"""Small words of a question, whatever the article's own words are."""


SHOUTED_WORDS = 3
"""So many words and no small letter are a key held down; fewer may be a name."""


def lowered(text: str) -> str:
    """The text in small letters where it was typed in capitals throughout."""
    shouted = text.isupper() and len(_WORD.findall(text)) >= SHOUTED_WORDS
    return text.lower() if shouted else text


def corrected(text: str, known: Mapping[str, int], right: Collection[str]) -> str:
    """The text with each slip replaced by the article's spelling.

    `known` counts the article's lower-case words; words in `right` are spelt as they were meant to be.
    """

    def put_right(match: re.Match[str]) -> str:
        written = match.group()
        word = written.lower()
        if word in known or word in right:
            return written
        # A capital may begin a name that the article lacks, and short names differ by a letter.
        meant = nearest(word, _ASKING, shortest=2) if word == written and len(word) <= _SHORT + 1 else None
        if meant is None and len(word) > _SHORT:
            meant = nearest(word, known)
        if meant is None:
            return written
        return meant.capitalize() if written[0].isupper() else meant

    return _WORD.sub(put_right, text[:2000])


def nearest(word: str, known: Mapping[str, int], shortest: int = _SHORT) -> str | None:
    """The most frequent known word within reach of the slip; `None` when there is none."""
    reach = 2 if len(word) >= _LONG else 1
    found = [
        (distance, -known[other], other)
        for other in _alike(word, known, reach)
        if len(other) > shortest
        if (distance := slips(word, other)) <= reach
    ]
    return min(found)[2] if found else None


def _alike(word: str, known: Iterable[str], reach: int) -> Iterable[str]:
    return (other for other in known if other[:1] == word[0] and abs(len(other) - len(word)) <= reach)


@lru_cache(maxsize=4096)
def slips(left: str, right: str) -> int:
    """Letters inserted, left out, replaced or swapped with the next (Damerau 1964), each pair of letters once."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        new = [i]
        for j, b in enumerate(right, start=1):
            cost = min(row[j] + 1, new[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and b == left[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return row[-1]
