"""Answers by quoting: whole sentences, word for word, the shortest set that answers, or an abstention that says what is missing.

The retriever's order is corrected by what the question asks for: a date for "when", the asked speaker's words for "what
did she say". One sentence is the rule; more are taken when the first leans on its neighbour, when a list goes on, or when
another sentence covers what the first leaves open.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from assistant import grammar, questions
from assistant.lexicon import root
from assistant.schema import Article, Document, Draft, DraftClaim, Evidence, Question, Sentence
from assistant.text import STOP_WORDS, names, quantities, words

MAX_NEAREST = 3
MAX_SENTENCES = 3
MAX_LISTED = 6
CANDIDATES = 12

_TYPE_WEIGHT = 0.05
_NAMES_WEIGHT = 0.15
"""Where names are to be listed, a sentence that lists names outweighs one that only speaks of them."""
_ARTICLE_BONUS = 0.015
_CLOSE = 0.93
"""A second sentence is shown when it scores at least this share of the first and does not repeat it."""


@dataclass(frozen=True)
class _Candidate:
    sentence: Sentence
    document: Document
    score: float
    fits: float
    """How well the sentence holds the kind of thing asked for, from 0 to 1."""


def draft(
    question: Question,
    evidence: Sequence[Evidence],
    article: Article,
    probability: float,
    threshold: float,
    missing: Sequence[str] = (),
) -> Draft:
    """Propose sentences for one question, ask back, or abstain.

    `evidence` comes best first; `probability` is that of an answer in it; `missing` are names and words of the question
    that the nearest sentences do not have.
    """
    if _is_unclear(question):
        return Draft(status="clarify", missing=_ask_back(article), confidence=0.0)
    nearest = tuple(item.sentence.id for item in evidence[:MAX_NEAREST])
    candidates = _ranked(question, evidence, article)
    if not candidates or probability < threshold:
        return _abstain(question, nearest, missing, probability)
    if _asks_about_now(question, candidates):
        return Draft(status="abstained", missing=_as_of(question, candidates), nearest=nearest, confidence=probability)
    if not _could_answer(question, candidates, article):
        return _abstain(question, nearest, missing, min(probability, threshold * 0.99))
    chosen = _in_order(_selected(question, candidates, article), article)
    claims = tuple(DraftClaim(text=sentence.text, sentences=(sentence.id,)) for sentence in chosen)
    return Draft(claims=claims, nearest=nearest, confidence=probability)


def join(drafts: Sequence[Draft]) -> Draft:
    """One draft of those of a question's parts: what is answered is shown, what is not is named as missing."""
    answered = [part for part in drafts if part.status == "answered" and part.claims]
    missing = " ".join(dict.fromkeys(part.missing for part in drafts if part.missing and part not in answered))
    nearest = tuple(dict.fromkeys(id_ for part in drafts if part not in answered for id_ in part.nearest))[:MAX_NEAREST]
    if not answered:
        status = "clarify" if all(part.status == "clarify" for part in drafts) else "abstained"
        confidence = max((part.confidence for part in drafts), default=0.0)
        return Draft(status=status, missing=missing or None, nearest=nearest, confidence=confidence)
    claims = {claim.sentences: claim for part in answered for claim in part.claims}
    return Draft(
        claims=tuple(claims.values()),
        premise="corrected" if any(part.premise for part in answered) else None,
        conflicts=tuple(dict.fromkeys(conflict for part in answered for conflict in part.conflicts)),
        missing=missing or None,
        nearest=nearest,
        confidence=min(part.confidence for part in answered),
    )


# --- what the reader is told when nothing answers -------------------------------------------------------------------

_UNCLEAR = re.compile(
    r"(?:(?:and|but|so|ok|well)\s+)?(?:(?:what|how) about (?:it|that|this|them|him|her|those|these|there)"
    r"|(?:what|who|why|how|when|where|which)(?: (?:is|was|are|were|did|does|do))?(?: (?:it|that|this|they|them|he|him|she|her|those|these|so|one|ones))?(?: (?:mean|happen|say|do))?"
    r"|tell me (?:more|about (?:it|that|this|them))|more|explain|go on|continue|(?:it|that|this|them|they|he|she)|yes|no|ok|okay|sure|really|the (?:first|second|third|last|other) one"
    r"|(?:is|was|are|were|did|does|do|has|have|can|will) (?:it|that|this|they|he|she|those|these)(?: \w+)?)[\s?!.]*$",
    re.I,
)


def _is_unclear(question: Question) -> bool:
    """Whether nothing in the question says what it is about."""
    return bool(_UNCLEAR.match(question.text.strip()))


def _ask_back(article: Article) -> str:
    return (
        f"What do you mean? Name the person, place or event in “{article.article.title}” that you ask about."
    )


def _abstain(question: Question, nearest: tuple[str, ...], missing: Sequence[str], confidence: float) -> Draft:
    return Draft(status="abstained", missing=_missing(question, missing), nearest=nearest, confidence=confidence)


_KIND_OF_ANSWER = {
    "who": "do not name who is asked for",
    "when": "do not give the date or time asked for",
    "where": "do not name the place asked for",
    "how-many": "do not give the number asked for",
    "how-much": "do not give the amount asked for",
    "why": "do not give the reason asked for",
    "list": "do not list what is asked for",
    "who-said": "do not have the statement asked for",
    "definition": "do not explain what is asked",
}
_MAX_ECHO = 160


def _missing(question: Question, missing: Sequence[str]) -> str:
    """What the documents leave open, from the question's own words; bounded, on one line, without marks that format."""
    asked = " ".join(question.text.split())
    bounded = asked if len(asked) <= _MAX_ECHO else asked[:_MAX_ECHO].rsplit(" ", 1)[0] + " …"
    bounded = re.sub(r"[\[\]<>“”\"`*_#|]", "", bounded).strip()
    clause = grammar.indirect(bounded) if len(asked) <= _MAX_ECHO else None
    if clause:
        sentence = f"The documents do not say {clause}."
    else:
        sentence = f"The documents {_KIND_OF_ANSWER.get(question.type, 'do not answer this')}: “{bounded}”."
    unknown = [name for name in missing if name in question.names and name[:1].isupper()]
    unknown = [re.sub(r"[\[\]<>“”\"`*_#|]", "", name)[:60] for name in unknown[:2]]
    if unknown:
        sentence += f" The nearest passage does not mention {' or '.join(unknown)}."
    return sentence


# --- questions about a time after the documents ----------------------------------------------------------------------

_NOW = re.compile(
    r"\b(?:today|now|right now|nowadays|these days|currently|current|at present|at the moment|presently|as of (?:today|now)"
    r"|this (?:week|month|year)|(?:last|next) (?:week|month|year)|yesterday|tomorrow|tonight|latest|so far|to date|recently)\b",
    re.I,
)
_STILL = re.compile(r"\b(?:is|are|does|do|has|have|can)(?:n['’]t)?\b[^?]{0,80}\b(?:still|yet|already|any ?more|by now)\b", re.I)
_STATES_NOW = re.compile(
    r"\b(?:today|now|currently|current|present(?:ly)?|still|incumbent|as of|so far|to date|latest|nowadays|already|yet"
    r"|this (?:week|month|year)|(?:last|next) (?:week|month|year)|tonight|tomorrow|yesterday|recently)\b",
    re.I,
)


def _asks_about_now(question: Question, candidates: Sequence[_Candidate]) -> bool:
    """Whether the question asks how things stand today and no sentence says that it tells how they stand."""
    if not (_NOW.search(question.text) or _STILL.search(question.text)):
        return False
    best = candidates[0]
    return not _STATES_NOW.search(best.sentence.text)


def _as_of(question: Question, candidates: Sequence[_Candidate]) -> str:
    newest = max((candidate.document for candidate in candidates[:3]), key=lambda document: document.published)
    told = _missing(question, ())
    return f"{told} The newest document that bears on it is from {_readable(newest.published)}."


def _readable(published: str) -> str:
    parts = [int(part) for part in published.split("-")]
    if len(parts) == 1:
        return published
    day = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    return f"{day:%B} {day.day}, {day.year}" if len(parts) > 2 else f"{day:%B} {day.year}"


# --- which sentence answers ------------------------------------------------------------------------------------------


def _ranked(question: Question, evidence: Sequence[Evidence], article: Article) -> list[_Candidate]:
    candidates = []
    for item in evidence[:CANDIDATES]:
        document = article.document_of[item.document]
        fits = _fits(question, item.sentence)
        score = item.score + (_NAMES_WEIGHT if _asks_names(question) else _TYPE_WEIGHT) * fits
        if document.id == article.article.id:
            score += _ARTICLE_BONUS
        candidates.append(_Candidate(item.sentence, document, score, fits))
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _roots(tokens: Collection[str]) -> frozenset[str]:
    return frozenset(root(token) for token in tokens)


_PLACE = re.compile(r"\b(?:in|at|from|near|to|outside|inside|through|into|of|across|between|along|on) (?:the |a )?(?:[A-Z]\w+)")
_CAUSE = re.compile(
    r"\b(?:because|since|so that|in order to|due to|owing to|as a result|in response to|that[’']s why|therefore|thus|hence|reason|caused?|led to"
    r"|prompted|blamed?|attributed|thanks to|on account of|for fear|to avoid|to prevent|meant to|aimed at|designed to|intended to|amid|over|after|unless)\b",
    re.I,
)
_WEAK_CAUSE = re.compile(r"\b(?:to [a-z]+|for|as|by|with|from|when|which|so|although|but|if|while)\b")
_VAGUE_NUMBER = re.compile(r"\b(?:several|dozens|hundreds|thousands|millions|none|no|both|half|twice|once|all|few|many|most|single|only)\b", re.I)
_VAGUE_TIME = re.compile(r"\b(?:when|after|before|during|until|since|day|week|month|year|morning|evening|night|spring|summer|autumn|fall|winter|century|decade|age|era|time|later|earlier|ago|yesterday|today|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|\d{4}s?|ago)\b", re.I)
_DEFINES = re.compile(r"\b(?:is|are|was|were) (?:an?|the|any|one of|not)\b|\b(?:refers?|means?|defined|known as|called|term|stands? for|describes?|consists?)\b", re.I)
_MEMBER = r"(?:the |an? )?[\w’'.-]+(?: [\w’'.-]+){0,3}"
_ENUMERATION = re.compile(rf"{_MEMBER}(?:[,;] (?:and |or )?{_MEMBER}){{1,20}}(?:,? (?:and|or) {_MEMBER})?|[A-Z][\w’'-]+ and (?:the )?[A-Z][\w’'-]+")
_BETWEEN = re.compile(r"[,;] (?:and |or )?| and | or ")


def _fits(question: Question, sentence: Sentence) -> float:
    text = sentence.text
    match question.type:
        case "who":
            return 1.0 if _new_names(question, text) or sentence.speaker else 0.0
        case "where":
            return 1.0 if _PLACE.search(text) and _new_names(question, text) else 0.4 if _PLACE.search(text) else 0.0
        case "when":
            if _new_quantities(question, text, {"date", "time", "duration"}) or re.search(r"\b(?:1\d|20)\d\d\b", text):
                return 1.0
            return 0.5 if _VAGUE_TIME.search(text) else 0.0
        case "how-many" | "how-much":
            unit = _unit_asked(question.text)
            if unit is not None:
                return 1.0 if unit.search(text) else 0.0
            if _new_quantities(question, text, None) or _number_words(question, text):
                return 1.0 if question.focus is None or _counts(text, question.focus) else 0.7
            return 0.5 if _VAGUE_NUMBER.search(text) else 0.0
        case "why":
            return 1.0 if _CAUSE.search(text) else 0.4 if _WEAK_CAUSE.search(text) else 0.0
        case "definition":
            return 1.0 if _DEFINES.search(text) else 0.3
        case "list":
            return _lists(question, text)
        case "who-said":
            return _says(question, sentence)
        case _:
            return 0.5


_COUNT_WORDS = {word: count for count, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), 1)}


_NAMED = re.compile(
    r"(?:cit(?:y|ies)|towns?|villages?|countr(?:y|ies)|states?|counties|provinces|regions|places|islands|people|persons|men|women"
    r"|officials|members|players|actors|authors|companies|firms|teams|clubs|universities|schools|newspapers|parties|rivers|bridges)$"
)


def _asks_names(question: Question) -> bool:
    """Whether the things to be listed have proper names: cities, officials, companies."""
    return question.type == "list" and question.focus is not None and bool(_NAMED.match(question.focus))


def _lists(question: Question, text: str) -> float:
    """Whether the sentence enumerates: as many names or members as asked for, or at least two."""
    asked = next((_COUNT_WORDS[word] for word in words(question.text) if word in _COUNT_WORDS), 2)
    named = _asks_names(question)
    runs = (_BETWEEN.split(match.group()) for match in _ENUMERATION.finditer(text))
    items = max((sum(part[:1].isupper() or not named for part in run) for run in runs), default=0)
    return 1.0 if items >= max(2, asked) else 0.5 if _ANNOUNCES.search(text) else 0.0


def _new_names(question: Question, text: str) -> tuple[str, ...]:
    """Names in the sentence that the question does not have."""
    asked = {word for word in words(question.text)}
    return tuple(name for name in names(text) if not set(words(name)) <= asked)


def _new_quantities(question: Question, text: str, kinds: Collection[str] | None) -> bool:
    asked = {q.value for q in quantities(question.text)}
    return any((kinds is None or q.kind in kinds) and q.value not in asked for q in quantities(text))


def _counts(text: str, noun: str) -> bool:
    """Whether a number stands before the noun: "twelve cities", "at least 40 more inmates"."""
    tokens, head = words(text), root(noun)
    return any(
        root(token) == head and any(before[0].isdigit() or before in _NUMBERS for before in tokens[max(0, at - 3) : at])
        for at, token in enumerate(tokens)
    )


_UNITS = tuple(
    (re.compile(asked, re.I), re.compile(given, re.I))
    for asked, given in (
        (r"\bhow (?:deep|tall|high|wide|far|thick)\b", r"\b(?:met(?:er|re)s?|m|km|kilomet\w+|centimet\w+|cm|feet|foot|ft|inch(?:es)?|miles?|yards?|stor(?:eys|ies)|floors|deep|tall|high|wide|away|thick)\b"),
        (r"\bhow heavy\b", r"\b(?:tons?|tonnes?|kilograms?|kg|kilos?|pounds?|lbs?|grams?|ounces?|weigh\w*)\b"),
        (r"\bhow old\b", r"\b(?:years?|aged?|year-old|born|old|founded|built|since|dates?|centur(?:y|ies)|\d{1,3},)(?!\w)"),
        (r"\bhow (?:hot|cold|warm)\b|\btemperature\b", r"\b(?:degrees?|celsius|fahrenheit|hot|cold)\b|°"),
        (r"\bhow (?:often|frequently)\b", r"\b(?:times?|every|daily|weekly|monthly|yearly|annual(?:ly)?|once|twice|each|per|often|rarely|never|always|regularly)\b"),
        (r"\bhow much money\b|\bhow much (?:does|did|do|will|would|is|was) (?:[\w’']+ ){1,6}?(?:cost|pay|paid|earn|spend|spent)\b|\b(?:price|budget|salary|cost)\b", r"[$€£¥]|\b(?:dollars?|euros?|pounds?|cents?|francs?|million|billion|percent|free|no cost|grants?|pay|paid|cost\w*)\b"),
        (r"\bhow long\b", r"\b(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)|until|since|from|(?:kilo|centi|milli)?met(?:er|re)s?|km|miles?|feet|inches|long|m|lasted)\b"),
    )
)  # fmt: skip


def _unit_asked(text: str) -> re.Pattern[str] | None:
    """What an answer must measure in: a length for "how deep", money for "how much does it cost"."""
    return next((given for asked, given in _UNITS if asked.search(text)), None)


_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
    " thirty forty fifty sixty seventy eighty ninety hundred thousand million billion first second third fourth fifth".split()
)


def _number_words(question: Question, text: str) -> bool:
    return bool((_NUMBERS & set(words(text))) - set(words(question.text)))


_SPOKEN = re.compile(r"\b(?:said|says?|told|wrote|writes?|called|calls|warned|argued|denied|rejected|replied|answered|advised|announced|declined|explained|added|believed|noted|stated|asked|pointed|claimed|insisted|described|concluded|disputed|expressed|committed|threatened)\b", re.I)


def _says(question: Question, sentence: Sentence) -> float:
    """Whether the sentence gives words of the speaker that was asked for; any speaker when none was named."""
    spoken = sentence.voice != "document" or bool(_SPOKEN.search(sentence.text))
    asked = _asked_speaker(question)
    if not asked:
        return 1.0 if spoken and (sentence.speaker or names(sentence.text)) else 0.2
    if sentence.speaker and asked & set(words(sentence.speaker)):
        return 1.0
    if sentence.speaker and not asked & set(words(sentence.text)):
        return 0.0
    told = set(words(sentence.text))
    return (0.8 if spoken else 0.3) * len(asked & told) / len(asked) if asked & told else 0.0


def _asked_speaker(question: Question) -> frozenset[str]:
    """Words of the speaker of "what did … say": the surname where it is a name, else what the phrase names."""
    if re.match(r"\W*(?:by |to )?(?:who|whom|whose|which)\b", question.text, re.I):
        return frozenset()
    clause = grammar.supposed(question.text)
    phrase = clause[0] if clause else ""
    named = [words(name)[-1] for name in names(phrase) if words(name)]
    lower = [word for word in words(phrase) if word in phrase and word not in STOP_WORDS]
    if named and not lower:
        return frozenset(named)
    return frozenset(lower or named) or frozenset(words(name)[-1] for name in question.names if words(name))


_ROLE_OF = re.compile(
    r"^\W*who(?:[’']s| (?:is|was|are|were))? (?:now |then |currently )?(?:the |an? )?(?P<role>[a-z]+(?: [a-z]+){0,2}) (?:of|for|at|in) (?P<of>(?:the )?[A-Z][^?]{1,60})\??$",
    re.I,
)


def _holds_role(question: Question, near: Sequence[_Candidate], article: Article) -> bool:
    """Whether a sentence says who holds the office asked for, and of the place asked for; True for other questions."""
    match = _ROLE_OF.match(question.text)
    if question.type != "who" or match is None or not any(char.isupper() for char in match["of"]):
        return True
    role = root(match["role"].split()[-1])
    asked = {word for name in names(match["of"]) for word in words(name)}
    for candidate in near:
        text = candidate.sentence.text
        if role in _roots(words(text)) and _new_names(question, text):
            around = f"{candidate.document.title} {_before(candidate.sentence, candidate.document)} {text}"
            if not asked or asked & set(words(around)):
                return True
    return False


def _before(sentence: Sentence, document: Document) -> str:
    at = document.sentences.index(sentence)
    return document.sentences[at - 1].text if at else ""


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
        _vocabulary[article.version] = frozenset(
            word for document in article.documents for word in words(f"{document.title} {document.published} {document.text}")
        )
    known = _vocabulary[article.version]
    spelt = {word: str(count) for word, count in _COUNT_WORDS.items()}
    return any(word not in known and not any(count == word and name in known for name, count in spelt.items()) for word in asked)


_ABOUT = re.compile(r"\b(?:about|on|of|regarding|to) (?P<topic>[^?]{3,80})\??\s*$", re.I)


def _off_topic(question: Question, sentence: Sentence, article: Article) -> bool:
    """Whether a speaker was asked about a name that neither the sentence nor the one before it mentions."""
    if question.type != "who-said" or not (match := _ABOUT.search(question.text)):
        return False
    asked = {words(name)[-1] for name in names(match["topic"]) if words(name)}
    document = article.document_of[sentence.id.rsplit(":", 1)[0]]
    at = document.sentences.index(sentence)
    near = " ".join(other.text for other in document.sentences[max(0, at - 1) : at + 1])
    return bool(asked) and not asked & set(words(f"{document.title} {near}"))


def _could_answer(question: Question, candidates: Sequence[_Candidate], article: Article) -> bool:
    """Whether the best sentences hold the kind of thing that was asked for at all."""
    near = [candidate for candidate in candidates[:4] if candidate.score >= 0.85 * candidates[0].score]
    if all(_off_topic(question, candidate.sentence, article) for candidate in near):
        return False
    if _unknown_figure(question, article) or not _holds_role(question, near, article):
        return False
    if question.type in {"when", "how-many", "how-much", "who", "who-said"}:
        return any(candidate.fits > 0 for candidate in near)
    return True


# --- how many sentences ----------------------------------------------------------------------------------------------

_LEANS = re.compile(
    r"(?:[“\"‘']?(?:but|and|so|however|then|also|yet|still)[, ]+)?[“\"‘']?(?:it|he|she|they|this|that|these|those|his|her|its|their|both|such|the (?:former|latter|first|second|third|same|paper|page|city|agency|department|program|company|group|two))\b",
    re.I,
)
_ORDINAL = re.compile(r"[“\"]?(?:the )?(?:first|second|third|fourth|fifth|sixth|another|finally|lastly|next|a (?:second|third|fourth))\b", re.I)
_ANNOUNCES = re.compile(r"(?:\b(?:two|three|four|five|six|seven|following|several)\b[^.]*|:)\W*$", re.I)


def _selected(question: Question, candidates: Sequence[_Candidate], article: Article) -> list[Sentence]:
    best = candidates[0]
    chosen = [best.sentence]
    if question.type == "list" or _asks_plural(question):
        chosen += _list_goes_on(best.sentence, best.document)
    if question.type == "why" and (after := _reason_after(best.sentence, best.document)):
        chosen.append(after)
    for candidate in candidates[1:4]:
        if len(chosen) >= 2:
            break
        if candidate.score >= _CLOSE * best.score and not _repeats(chosen, candidate.sentence):
            chosen.append(candidate.sentence)
    limit = MAX_LISTED if len(chosen) > MAX_SENTENCES else MAX_SENTENCES
    for sentence in tuple(chosen):
        if len(chosen) < limit and (before := _antecedent(sentence, article)) and before not in chosen:
            chosen.append(before)
    return chosen[:limit]


def _reason_after(sentence: Sentence, document: Document) -> Sentence | None:
    """The next sentence, when it goes on about the same and this one gives no reason itself."""
    if _CAUSE.search(sentence.text):
        return None
    at = document.sentences.index(sentence)
    after = document.sentences[at + 1] if at + 1 < len(document.sentences) else None
    goes_on = after is not None and after.paragraph == sentence.paragraph and _LEANS.match(after.text)
    return after if goes_on else None


def _asks_plural(question: Question) -> bool:
    return bool(re.search(r"\b(?:which|what|list|name) (?:are |were )?(?:the |all |these |those )?(?:two|three|four|five|six|seven|eight|nine|ten|twelve|\w+s)\b", question.text, re.I))


def _list_goes_on(sentence: Sentence, document: Document) -> list[Sentence]:
    """The points that follow a sentence that announces them: "The first is …", "The second is …"."""
    at = document.sentences.index(sentence)
    found: list[Sentence] = []
    for following in document.sentences[at + 1 : at + MAX_LISTED]:
        if not _ORDINAL.match(following.text):
            break
        found.append(following)
    return found if len(found) > 1 else []


def _repeats(chosen: Sequence[Sentence], candidate: Sentence) -> bool:
    """Whether a sentence says in nearly the same words what one of those chosen says."""
    own = _roots(words(candidate.text))
    others = [_roots(words(sentence.text)) for sentence in chosen]
    return any(len(own & other) >= 0.8 * min(len(own), len(other)) for other in others)


def _antecedent(sentence: Sentence, article: Article) -> Sentence | None:
    """The sentence before, when this one opens with a word that points back to it."""
    if not _LEANS.match(sentence.text):
        return None
    document = article.document_of[sentence.id.rsplit(":", 1)[0]]
    at = document.sentences.index(sentence)
    if not at:
        return None
    before = document.sentences[at - 1]
    return before if before.paragraph == sentence.paragraph else None


def _in_order(sentences: Sequence[Sentence], article: Article) -> list[Sentence]:
    """Document order, the article first."""
    place = {document.id: number for number, document in enumerate(article.documents)}
    return sorted(sentences, key=lambda sentence: (place[sentence.id.rsplit(":", 1)[0]], sentence.start))
