"""Answers by quoting: whole sentences, word for word, the shortest set that answers, or an abstention that says what is missing."""

from collections.abc import Sequence

from assistant.schema import Article, Draft, DraftClaim, Evidence, Question

MAX_NEAREST = 3


def draft(
    question: Question,
    evidence: Sequence[Evidence],
    article: Article,
    probability: float,
    threshold: float,
    missing: Sequence[str] = (),
) -> Draft:
    """Propose sentences for one question, or abstain.

    `evidence` comes best first; `probability` says how likely it answers, `missing` which of the question's words
    no document holds.
    """
    nearest = tuple(item.sentence.id for item in evidence[:MAX_NEAREST])
    if not evidence or probability < threshold:
        return Draft(
            status="abstained",
            missing=f"The documents do not answer this question: “{question.text}”",
            nearest=nearest,
            confidence=probability,
        )
    best = evidence[0].sentence
    return Draft(claims=(DraftClaim(text=best.text, sentences=(best.id,)),), nearest=nearest, confidence=probability)
