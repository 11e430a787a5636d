"""From verified claims to an `Answer`: numbers the citations and says in fixed frames whose words each claim is.

Frames are made here, from the cited sentence's own voice, so that an answerer can never word one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.schema import (
    Answer,
    Article,
    Citation,
    Claim,
    ClaimEvent,
    Conflict,
    Document,
    Draft,
    DraftClaim,
    DraftConflict,
    Sentence,
    Usage,
    Withheld,
)
from assistant.text.dates import readable_date

CONTEXT_CHARS = 48
_ITSELF = re.compile(
    r"(?:The|This) (?:letter|page|notice|order|ruling|report|statement|minutes|study|paper|document|(?:press )?release)"
)
"""A document that speaks of itself; its publisher stands for it."""
_MARKER = re.compile(r"\[(\d+)\]")


class Composer:
    """Collects the claims of one answer in the order in which they were verified."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._claims: list[Claim] = []
        self._citations: dict[tuple[str, int, int], Citation] = {}
        self._withheld: list[Withheld] = []

    @property
    def cited(self) -> tuple[str, ...]:
        """Ids of all sentences cited so far."""
        return tuple(dict.fromkeys(id_ for citation in self._citations.values() for id_ in citation.sentences))

    def add(self, draft: DraftClaim) -> ClaimEvent:
        """A claim that the verifier supports."""
        sentences = [self._article.sentence_of[id_] for id_ in dict.fromkeys(draft.sentences)]
        citations = [self._cite(group) for group in _runs(self._article, sentences)]
        first = sentences[0]
        same = all((s.voice, s.speaker) == (first.voice, first.speaker) for s in sentences)
        claim = Claim(
            # A quotation is the source's own characters, also where the verifier let other quotation marks pass.
            text=" ".join(sentence.text for sentence in sentences) if draft.kind == "quote" else draft.text,
            kind=draft.kind,
            citations=tuple(dict.fromkeys(citation.number for citation in citations)),
            speaker=first.speaker if same else None,
            voice=first.voice if same else "document",
        )
        self._claims.append(claim)
        return ClaimEvent(claim=claim, citations=tuple(citations))

    def withhold(self, text: str, reason: str) -> None:
        """A claim that the verifier refused."""
        self._withheld.append(Withheld(text=text, reason=reason))

    def answer(
        self,
        draft: Draft,
        *,
        question: str,
        standalone_question: str,
        suggestions: Sequence[str] = (),
        model: str | None = None,
        notice: str | None = None,
        usage: Usage | None = None,
        timings_ms: Mapping[str, float] | None = None,
    ) -> Answer:
        """The whole answer. Claims make it one, whatever the draft hoped for or had given up."""
        status = "answered" if self._claims else "clarify" if draft.status == "clarify" else "abstained"
        conflicts = self._conflicts(draft.conflicts)
        # A question of several parts may be answered in one and not in another.
        missing = draft.missing
        if status != "answered":
            missing = missing or "The documents do not hold a statement that answers this and can be verified."
        return Answer(
            article=self._article.name,
            article_version=self._article.version,
            question=question,
            standalone_question=standalone_question,
            status=status,
            premise=draft.premise if status == "answered" else None,
            text=missing if missing and status != "answered" else self._text(draft, conflicts, missing),
            claims=tuple(self._claims),
            citations=tuple(self._citations.values()),
            conflicts=conflicts,
            withheld=tuple(self._withheld),
            missing=missing,
            nearest=self._nearest(draft.nearest) if status == "abstained" else (),
            suggestions=tuple(suggestions),
            confidence=draft.confidence,
            answerer=draft.answerer,
            model=model,
            notice=notice,
            usage=usage or Usage(),
            timings_ms=timings_ms or {},
        )

    def _cite(self, run: Sequence[Sentence]) -> Citation:
        key = (run[0].id, run[0].start, run[-1].end)
        if key not in self._citations:
            self._citations[key] = _citation(self._article, run, len(self._citations) + 1)
        return self._citations[key]

    def _conflicts(self, drafts: Iterable[DraftConflict]) -> tuple[Conflict, ...]:
        """Conflicts of which every side is cited in this answer."""
        number_of = {id_: citation.number for citation in self._citations.values() for id_ in citation.sentences}
        found = []
        for draft in drafts:
            numbers = tuple(dict.fromkeys(number_of[id_] for id_ in draft.sentences if id_ in number_of))
            if len(numbers) > 1:
                found.append(Conflict(citations=numbers, about=draft.about))
        return tuple(found)

    def _nearest(self, ids: Sequence[str]) -> tuple[Citation, ...]:
        runs = _runs(self._article, [self._article.sentence_of[id_] for id_ in ids])
        return tuple(_citation(self._article, run, number) for number, run in enumerate(runs, 1))

    def _text(self, draft: Draft, conflicts: Sequence[Conflict], missing: str | None) -> str:
        parts: list[str] = []
        if draft.premise == "corrected":
            parts.append("The question assumes something that the documents contradict.")
        parts.extend(f"The documents disagree about {conflict.about}." for conflict in conflicts)
        frame = None
        citation_of = {citation.number: citation for citation in self._citations.values()}
        for claim in self._claims:
            if draft.answerer == "extractive" or claim.kind == "quote":
                next_frame = _frame(self._article.document_of[citation_of[claim.citations[0]].document], claim)
                if next_frame != frame:
                    parts.append(next_frame)
                frame = next_frame
            else:
                frame = None
            # A bracketed number in a source would read as one of our citations.
            words = _MARKER.sub(r"(\1)", claim.text)
            parts.append(words + " " + "".join(f"[{number}]" for number in claim.citations))
        return " ".join((*parts, missing) if missing else parts)


def _frame(document: Document, claim: Claim) -> str:
    if document.id == "article":
        where, opening = "the article", "The article"
    else:
        brief = ", brief" if document.form == "brief" else ""
        where = opening = f"{document.publisher} ({readable_date(document.published)}{brief})"
    if claim.voice == "document" or claim.speaker == document.publisher or _ITSELF.fullmatch(claim.speaker or ""):
        return f"{opening} says:"
    told = "quoted in" if claim.voice == "quoted" else "as reported in"
    speaker = f"{claim.speaker}, {told}" if claim.speaker else told.removeprefix("as ").capitalize()
    return f"{speaker} {where}:"


def _runs(article: Article, sentences: Sequence[Sentence]) -> list[list[Sentence]]:
    """Neighbouring sentences of one paragraph and one voice go into one citation."""
    runs: list[list[Sentence]] = []
    for sentence in sentences:
        if runs and _adjoins(runs[-1][-1], sentence):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs


def _adjoins(before: Sentence, after: Sentence) -> bool:
    document, number = before.id.rsplit(":", 1)
    return (
        after.id == f"{document}:{int(number) + 1}"
        and before.paragraph == after.paragraph
        and (before.voice, before.speaker) == (after.voice, after.speaker)
    )


def _citation(article: Article, run: Sequence[Sentence], number: int) -> Citation:
    document = article.document_of[run[0].id.rsplit(":", 1)[0]]
    start, end = run[0].start, run[-1].end
    return Citation(
        number=number,
        document=document.id,
        kind=document.kind,
        title=document.title,
        publisher=document.publisher,
        published=document.published,
        url=document.url,
        form=document.form,
        sentences=tuple(sentence.id for sentence in run),
        start=start,
        end=end,
        quote=document.text[start:end],
        prefix=document.text[max(0, start - CONTEXT_CHARS) : start],
        suffix=document.text[end : end + CONTEXT_CHARS],
        speaker=run[0].speaker,
        voice=run[0].voice,
    )
