"""Reads what a model writes: one claim a line, the ids of its evidence first, `<<article:12,letter:3>> The sentence.`

Ids first, so that a line can be checked the moment it closes. Models bend the form; what they mean is read where it is
plain (other brackets, several groups, bullets, fences), and everything else is passed over, never guessed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_LINE_CHARS = 2_000
MAX_LINES = 24
MAX_IDS = 8

_OPEN = r"(?:<{1,2}|＜{1,2}|《|〈{1,2}|«|【{1,2}|［{1,2}|\[{1,2})"
_CLOSE = r"(?:>{1,2}|＞{1,2}|》|〉{1,2}|»|】{1,2}|］{1,2}|\]{1,2})"
_GROUP = re.compile(rf"\s*{_OPEN}([^<>＜＞《》〈〉«»【】［］\[\]\n]{{0,400}}){_CLOSE}[\s,;:：]*")
_LAST_GROUP = re.compile(rf"(?:{_GROUP.pattern})+\Z")
_MARKERS = re.compile(r"(?:\s*\[\d{1,3}\])+\s*\Z")
_BULLET = re.compile(r"\s*(?:[-*•–]\s+|\d{1,2}[.)]\s+)")
_ID = re.compile(r"([\w.-]{1,80}?)\s*[:：]\s*(\d{1,5})(?:\s*[-–]\s*(?:\1\s*[:：]\s*)?(\d{1,5}))?(?!\w)")
_NOTHING = re.compile(r"\W{0,8}NOTHING\W{0,8}")
_FENCE = re.compile(r"\s*(?:```|~~~)")


@dataclass(frozen=True)
class Line:
    """A claim as the model wrote it."""

    ids: tuple[str, ...]
    """Ids as written, in order, without repeats; whether there are such sentences is for the verifier."""
    text: str


@dataclass
class LineReader:
    """Takes a stream in any pieces and gives each line once it has closed. Time is linear in the text."""

    declined: bool = False
    """Whether a line said that the evidence does not answer: NOTHING."""
    _open: list[str] = field(default_factory=list)
    _length: int = 0
    _given: int = 0

    def feed(self, chunk: str) -> Iterator[Line]:
        """Lines that this piece has closed."""
        *closed, rest = chunk.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").split("\n")
        for end in closed:
            self._keep(end)
            yield from self._close()
        self._keep(rest)

    def end(self) -> Iterator[Line]:
        """The last line, which no line end has closed."""
        yield from self._close()

    def _keep(self, piece: str) -> None:
        # A line past its bound is cut, so that a model that never stops costs no memory.
        room = MAX_LINE_CHARS + 1 - self._length
        if piece and room > 0:
            self._open.append(piece[:room])
            self._length += min(len(piece), room)

    def _close(self) -> Iterator[Line]:
        text = "".join(self._open)
        self._open.clear()
        self._length = 0
        self.declined = self.declined or bool(_NOTHING.fullmatch(text))
        line = read(text) if len(text) <= MAX_LINE_CHARS and self._given < MAX_LINES else None
        if line:
            self._given += 1
            yield line


def read(text: str) -> Line | None:
    """One closed line; None for prose without ids, a fence, an empty line or ids without a sentence."""
    text = text.strip()
    if _FENCE.match(text):
        return None
    bullet = _BULLET.match(text)
    position = bullet.end() if bullet else 0
    ids: dict[str, None] = {}
    while group := _GROUP.match(text, position):
        found = tuple(_ids(group[1]))
        if not found and ids:
            break
        ids.update(dict.fromkeys(found))
        position = group.end()
        if not found:
            break
    words = text[position:]
    if not ids and (last := _LAST_GROUP.search(words[-500:])):
        ids.update(dict.fromkeys(_ids(last[0])))
        words = words[: len(words) - len(last[0])]
    words = _MARKERS.sub("", words).strip().strip("*").strip()
    return Line(tuple(ids)[:MAX_IDS], words) if ids and words else None


def _ids(group: str) -> Iterator[str]:
    for match in _ID.finditer(group):
        document, first, last = match[1], int(match[2]), int(match[3] or match[2])
        for number in range(first, min(last, first + MAX_IDS) + 1):
            yield f"{document}:{number}"
