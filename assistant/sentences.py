"""Sentences with exact offsets: pysbd's boundaries, corrected where news text needs it."""

import re
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

_BLOCK = re.compile(r"\S(?:[^\n]|\n(?![^\S\n]*(?:\n|\Z)))*")


def split_sentences(text: str) -> tuple[tuple[int, int, int], ...]:
    """Sentences of a normalised text as (start, end, paragraph), in order.

    No span begins or ends with white space, spans do not overlap, and together they hold every other character.
    Paragraphs are blocks between blank lines, counted from 0; a single line end inside one is only a wrapped line.
    """
    spans = []
    for paragraph, block in enumerate(_BLOCK.finditer(text)):
        for start, end in _split_block(block.group().rstrip()):
            spans.append((block.start() + start, block.start() + end, paragraph))
    return tuple(spans)


def _split_block(block: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in [*_proposed(block), len(block)]:
        piece = block[start:cut]
        if piece.strip():
            lead = len(piece) - len(piece.lstrip())
            yield start + lead, start + len(piece.rstrip())
        start = cut


def _proposed(block: str) -> list[int]:
    """Offsets at which pysbd would cut, found by counting characters that are not white space."""
    sentences = _segmenter().processor(block.replace("\n", " ")).process()
    if "".join("".join(sentences).split()) != "".join(block.split()):
        return [m.end() for m in re.finditer(r"[.!?]['\"\u2019\u201d)]*(?=\s+\S)", block)]
    places = [i for i, c in enumerate(block) if not c.isspace()]
    cuts, count = [], 0
    for sentence in sentences[:-1]:
        count += len("".join(sentence.split()))
        if 0 < count < len(places):
            cuts.append(places[count])
    return cuts


@cache
def _segmenter() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysbd
    return pysbd.Segmenter(language="en", clean=False)
