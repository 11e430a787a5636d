"""Answers by quoting: whole sentences, word for word, the shortest set that answers, or an abstention.

The retriever's order is corrected by what the question asks for. One sentence is the rule; more are taken when the
first leans on its neighbour, when a list goes on after it, or when another stands as close and does not repeat it.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from assistant.extractive import unanswered
from assistant.extractive.fitting import (
    ANNOUNCES,
    COUNT_WORDS,
    asked_speaker,
    gives_cause,
    new_names,
    speaks_of_event,
)
from assistant.extractive.ranking import CLOSE, SPOKEN, Candidate, asks_any_words, gives_words, roots
from assistant.neighbours import document_of, following, next_sentence, previous, told_before
from assistant.schema import Article, Draft, DraftClaim, Evidence, Question, Sentence
from assistant.text import names, words
from assistant.text.lexicon import root

MAX_NEAREST = 3
MAX_SENTENCES = 3
MAX_LISTED = 6

_WORDS_SUFFICE = 0.7
"""Share of the threshold that suffices where somebody's very words are asked for and found."""
_EVENTS_AMONG = 6
_NEAR = 0.85
"""What scores at least this share of the best score, and is among the first four, may hold the answer."""


def draft(
    question: Question,
    evidence: Sequence[Evidence],
    candidates: Sequence[Candidate],
    article: Article,
    probability: float,
    threshold: float,
    missing: Sequence[str] = (),
) -> Draft:
    """Propose sentences for one question, ask back, or abstain.

    `evidence` comes best first, and `candidates` are its sentences as `ranked` orders them; `probability` is that of an
    answer in it; `missing` are names and words of the question that the nearest sentences do not have.
    """
    if back := unanswered.ask_back(question, article):
        return Draft(status="clarify", missing=back)
    nearest = tuple(item.sentence.id for item in evidence[:MAX_NEAREST])
    if holders := _role_holders(question, candidates, article):
        others = (replace(other, odds=0.0) for other in candidates if other is not holders[0])
        candidates = [replace(holders[0], odds=1.0), *others]
    if candidates and gives_words(question, candidates[0].sentence):
        # Who asks for somebody's very words says whose; what remains is which.
        threshold *= _WORDS_SUFFICE
    if candidates and asks_any_words(question) and candidates[0].fits > SPOKEN:
        threshold = 0.0
    if not candidates or probability < threshold:
        return Draft(
            status="abstained", missing=unanswered.missing(question, missing), nearest=nearest, confidence=probability
        )
    if unanswered.asks_about_now(question, probability) and not unanswered.states_now(candidates[0].sentence.text):
        told = unanswered.as_of(question, [candidate.document for candidate in candidates[:MAX_NEAREST]])
        return Draft(status="abstained", missing=told, nearest=nearest, confidence=probability)
    if not _could_answer(question, candidates, article):
        told = unanswered.missing(question, missing)
        return Draft(status="abstained", missing=told, nearest=nearest, confidence=min(probability, threshold * 0.99))
    if speakers := _rival_speakers(question, candidates):
        return Draft(status="clarify", missing=unanswered.which(_role(question), speakers), nearest=nearest)
    chosen = _in_order(_selected(question, candidates, article), article)
    claims = tuple(DraftClaim(text=sentence.text, sentences=(sentence.id,)) for sentence in chosen)
    return Draft(claims=claims, nearest=nearest, confidence=probability)


def join(drafts: Sequence[Draft]) -> Draft:
    """One draft of those of a question's parts: what is answered is shown, what is not is named as missing."""
    answered = [part for part in drafts if part.status == "answered" and part.claims]
    open_parts = [part for part in drafts if part not in answered]
    missing = " ".join(dict.fromkeys(part.missing for part in open_parts if part.missing)) or None
    nearest = tuple(dict.fromkeys(id_ for part in open_parts for id_ in part.nearest))[:MAX_NEAREST]
    if not answered:
        return Draft(
            status="clarify" if drafts and all(part.status == "clarify" for part in drafts) else "abstained",
            missing=missing,
            nearest=nearest,
            confidence=max((part.confidence for part in drafts), default=0.0),
        )
    claims = {claim.sentences: claim for part in answered for claim in part.claims}
    return Draft(
        claims=tuple(claims.values()),
        premise="corrected" if any(part.premise for part in answered) else None,
        conflicts=tuple(dict.fromkeys(conflict for part in answered for conflict in part.conflicts)),
        missing=missing,
        nearest=nearest,
        confidence=min(part.confidence for part in answered),
    )


# --- which sentence answers ------------------------------------------------------------------------------------------


def _could_answer(question: Question, candidates: Sequence[Candidate], article: Article) -> bool:
    """Whether the best sentences hold the kind of thing that was asked for, of whom it was asked, at all."""
    best = max(candidate.score for candidate in candidates)
    near = [candidates[0], *(candidate for candidate in candidates[1:4] if candidate.score >= _NEAR * best)]
    if _unknown_figure(question, article) or _role_holders(question, near, article) == []:
        return False
    if not any(speaks_of_event(question, candidate.sentence.text) for candidate in candidates[:_EVENTS_AMONG]):
        return False
    if all(_off_topic(question, candidate.sentence, article) for candidate in near):
        return False
    if question.type in {"when", "how-many", "how-much", "who", "who-said"}:
        return any(candidate.fits > 0 for candidate in near)
    return True


_ROLE_OF = re.compile(
    r"^\W*who(?:[’']s| (?:is|was|are|were)) (?:now |then |currently )?(?:the |an? )(?P<role>[a-z]+(?: [a-z]+){0,2}?)"
    r" (?:of|for|at|in) (?P<of>(?:the )?[A-Z][^?]{1,60})\??$",
    re.I,
)


_OTHERWISE = {"ceo": ("executive",), "boss": ("executive", "director", "head", "leader"), "head": ("leads", "director")}
"""Roles that the documents call otherwise."""


def _role_holders(question: Question, near: Sequence[Candidate], article: Article) -> list[Candidate] | None:
    """Sentences that say who holds the office asked for, of the place asked for; `None` for other questions."""
    match = _ROLE_OF.match(question.text)
    if question.type != "who" or match is None or not any(char.isupper() for char in match["of"]):
        return None
    spoken = match["role"].lower()
    roles = {root(spoken.split()[-1]), spoken.replace(" ", ""), *map(root, _OTHERWISE.get(spoken, ()))}
    asked = {word for name in names(match["of"]) for word in words(name)}
    return [
        candidate
        for candidate in near
        if roles & roots(candidate.sentence.text)
        and new_names(question, candidate.sentence.text)
        and (not asked or asked & set(words(f"{told_before(candidate.sentence, article)} {candidate.sentence.text}")))
    ]


_vocabulary: dict[str, frozenset[str]] = {}
_MAX_CACHED = 8


def _unknown_figure(question: Question, article: Article) -> bool:
    """Whether the question names a number or a code that no document has: a year, "N2", "41"."""
    asked = {word for word in words(question.text) if any(char.isdigit() for char in word)}
    if not asked:
        return False
    if article.version not in _vocabulary:
        if len(_vocabulary) >= _MAX_CACHED:
            _vocabulary.clear()
        texts = (f"{document.title} {document.published} {document.text}" for document in article.documents)
        _vocabulary[article.version] = frozenset(word for text in texts for word in words(text))
    known = _vocabulary[article.version]
    spelt = {str(count): word for word, count in COUNT_WORDS.items()}
    return any(word not in known and spelt.get(word) not in known for word in asked)


_ABOUT = re.compile(r"\b(?:about|on|of|regarding|to) (?P<topic>[^?]{3,80})\??\s*$", re.I)


def _off_topic(question: Question, sentence: Sentence, article: Article) -> bool:
    """Whether a speaker was asked about a name that neither the sentence nor the one before it mentions."""
    if question.type != "who-said" or not (match := _ABOUT.search(question.text)):
        return False
    asked = {words(name)[-1] for name in names(match["topic"]) if words(name)}
    return bool(asked) and not asked & set(words(f"{told_before(sentence, article)} {sentence.text}"))


def _rival_speakers(question: Question, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    """Different people who hold the one role by which the question names its speaker, when there are several."""
    asked = asked_speaker(question)
    if question.type != "who-said" or not asked or question.names:
        return ()
    found = {
        candidate.sentence.speaker: None
        for candidate in candidates
        if candidate.sentence.speaker and asked <= set(words(candidate.sentence.text))
    }
    surnames = {speaker.split()[-1]: speaker for speaker in found if speaker}
    return tuple(surnames.values()) if len(surnames) > 1 else ()


def _role(question: Question) -> str:
    asked = asked_speaker(question)
    return " ".join(word for word in words(question.text) if word in asked)


# --- how many sentences ----------------------------------------------------------------------------------------------

_LEANS = re.compile(
    r"(?:[“\"‘']?(?:but|and|so|however|then|also|yet|still)[, ]+)?[“\"‘']?(?:it|he|she|they|this|that|these"
    r"|those|his|her"
    r"|its|their|both|such|the (?:former|latter|first|second|third|same|paper|page|city|agency|department"
    r"|program|company"
    r"|group|two))\b",
    re.I,
)
_ORDINAL = re.compile(
    r"[“\"]?(?:the )?(?:first|second|third|fourth|fifth|sixth|another|finally|lastly|next|a (?:second|third|fourth))\b",
    re.I,
)
_WHICH = re.compile(r"\W*(?:which|who|what)\b", re.I)
_ONE_OF = re.compile(r"\b(?:one|another|some|two|three) of (?:the|its|his|her|their|these|those)\b", re.I)
_PLURAL = re.compile(
    r"\b(?:which|what|list|name) (?:are |were )?(?:the |all |these |those )?"
    r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|\w+s)\b",
    re.I,
)


def _selected(question: Question, candidates: Sequence[Candidate], article: Article) -> list[Sentence]:
    best = candidates[0]
    chosen = [best.sentence]
    if question.type == "list" or _PLURAL.search(question.text):
        chosen += _list_goes_on(best.sentence, article)
    if _WHICH.match(question.text) and _ONE_OF.search(best.sentence.text):
        # "One of the five lines" says that there is an answer, and leaves it to the next sentence.
        chosen += following(best.sentence, article)[:1]
    if question.type == "why" and (after := _reason_after(best.sentence, article)):
        chosen.append(after)
    for candidate in candidates[1:4]:
        if len(chosen) >= 2:
            break
        # What holds less of what was asked for than the first adds nothing to it.
        if gives_words(question, best.sentence) and not gives_words(question, candidate.sentence):
            continue
        fit = candidate.fits >= (min(SPOKEN, best.fits) if question.type == "who-said" else best.fits)
        if fit and candidate.odds >= CLOSE and not _repeats(chosen, candidate.sentence):
            chosen.append(candidate.sentence)
    limit = MAX_LISTED if len(chosen) > MAX_SENTENCES else MAX_SENTENCES
    for sentence in tuple(chosen):
        before = _antecedent(sentence, article)
        if len(chosen) < limit and before is not None and all(before.id != other.id for other in chosen):
            chosen.append(before)
    return chosen[:limit]


def _list_goes_on(sentence: Sentence, article: Article) -> list[Sentence]:
    """The points that follow a sentence that announces them: "The first is …", "The second is …"."""
    found: list[Sentence] = []
    for after in following(sentence, article)[: MAX_LISTED - 1]:
        if not _ORDINAL.match(after.text):
            break
        found.append(after)
    return found if len(found) > 1 or (found and ANNOUNCES.search(sentence.text)) else []


def _reason_after(sentence: Sentence, article: Article) -> Sentence | None:
    """The next sentence, when it goes on about the same and this one gives no reason itself."""
    after = next_sentence(sentence, article)
    if after is None or gives_cause(sentence.text) or after.paragraph != sentence.paragraph:
        return None
    return after if _LEANS.match(after.text) else None


def _repeats(chosen: Sequence[Sentence], candidate: Sentence) -> bool:
    """Whether a sentence says in nearly the same words what one of those chosen says."""
    own = roots(candidate.text)
    others = [roots(sentence.text) for sentence in chosen]
    return any(len(own & other) >= 0.8 * min(len(own), len(other)) for other in others)


def _antecedent(sentence: Sentence, article: Article) -> Sentence | None:
    """The sentence before, when this one opens with a word that points back to it."""
    if not _LEANS.match(sentence.text):
        return None
    before = previous(sentence, article)
    return before if before is not None and before.paragraph == sentence.paragraph else None


def _in_order(sentences: Collection[Sentence], article: Article) -> list[Sentence]:
    """Document order, the article first."""
    place = {document.id: number for number, document in enumerate(article.documents)}
    return sorted(sentences, key=lambda sentence: (place[document_of(sentence, article).id], sentence.start))
