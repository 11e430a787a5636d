"""A model's reply arrives a line at a time, whatever its pieces, and what came before a break is not lost."""

from collections.abc import Sequence
from typing import Any

import pytest

from assistant.errors import AnswererError
from assistant.llm import Endpoint, LanguageModel, Meter
from assistant.llm.completions import MAX_HELD_CHARS
from tests.documents import article_of
from tests.model_server import answering, serving

ARTICLE = article_of({"article": "The tide fell by two metres. The ferry waited."})


def pieces_of(text: Sequence[str], **how: Any) -> tuple[list[str], str, Meter]:
    """What reaches the reader of lines, why it ended, and what was counted."""
    found: list[str] = []
    meter = Meter()
    with serving(answering(text, **how)) as server:
        model = LanguageModel(Endpoint("stub", "key", server.url, timeout=5))
        try:
            found += model.claim_lines("Why?", list(ARTICLE.sentence_of.values()), ARTICLE, "English", meter)
        except AnswererError as error:
            return found, str(error), meter
    return found, "", meter


def test_pieces_are_joined_up_to_the_end_of_a_line() -> None:
    found, error, meter = pieces_of(["<<art", "icle:1>> The ", "tide fell.\n", "<<article:2>> It", " waited."])
    assert found == ["<<article:1>> The tide fell.\n", "<<article:2>> It waited."]
    assert not error
    assert meter.output_tokens > 0


def test_a_line_that_does_not_end_is_passed_on_in_parts() -> None:
    found, _, _ = pieces_of(["wave " * 10] * 20)
    assert len(found) > 1
    assert all(len(piece) < MAX_HELD_CHARS + 50 for piece in found)
    assert "".join(found) == "wave " * 200


@pytest.mark.parametrize("cut_after", [1, 2])
def test_a_stream_that_breaks_within_a_line_was_cut_off(cut_after: int) -> None:
    found, error, _ = pieces_of(["<<article:1>> The ", "tide ", "fell.\n"], cut_after=cut_after)
    assert "".join(found) == "".join(["<<article:1>> The ", "tide "][:cut_after])
    assert error == "The model's answer was cut off."
