"""Follow-up questions made standalone by rules, without a model.

"And who sent it?" after "Which cities got the letter?" becomes "Who sent the letter?". What a pronoun stands for is taken
from the last question and its answer when number, kind and gender agree; where no candidate agrees the question stays
as it was asked, and it is the answerer's turn to ask back. A complete question is never touched.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant import grammar
from assistant.schema import Article, Turn
from assistant.text import content_words, names, quantities, stem

MAX_TURNS = 8
_MARKER = re.compile(r"\s*\[\d+\]")
_FRAME = re.compile(
    r"The article says:\s+|(?:[A-Z][\w.’' ()-]{1,80}, )?(?:quoted|as reported|Quoted|Reported) in the article:\s+"
    r"|(?<![\w.])[A-Z][\w.,’' ()-]{1,120}\((?:[A-Z][a-z]+ )?(?:\d{1,2}, )?\d{4}(?:, brief)?\)(?: says)?:\s+"
)
_SAYS_FRAME = re.compile(r"^[A-Z][^:!?]{2,100}?(?:says|said|reported by[^:]{2,60}|quoted in[^:]{2,60}):\s+")
_WH = r"(?:who|whom|whose|when|where|why|what|which|how(?: (?:many|much|long|often|old|far|big|large))?)"
_AUX = r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|may|might|must|should|isn't|aren't|wasn't|weren't|didn't|doesn't|don't)"
_OPENING = re.compile(r"^(?:(?:and|but|so|or|also|then|ok|okay|well|hm+|right|i see|got it|great|thanks|thank you)\b[\s,.!]*)+", re.I)
_CORRECTION = re.compile(
    r"^(?:no|nope|not (?:that|him|her|them|it)|sorry|actually|wait|oops)?[\s,.!-]*"
    r"(?:i (?:meant|mean|was (?:asking|talking) about|am asking about)|i'm asking about|meant)\s+(?:to (?:ask|say)\s+)?(?P<what>.+?)[\s.!?]*$"
    r"|^(?:no|nope|sorry|actually|wait|oops)[\s,.!-]+(?P<other>(?!i\b)[^,?]{2,60}?)[\s.!?]*$",
    re.I,
)
_ABOUT = re.compile(r"^(?:what|how)(?:[’']s)? about\s+(?P<what>.+?)[\s?.!]*$|^(?:same (?:question )?for)\s+(?P<same>.+?)[\s?.!]*$", re.I)
_BARE_WH = re.compile(rf"^(?P<wh>(?:(?:by|to|for|from|with|in|on|at|since) )?{_WH})(?: (?:exactly|precisely|then|though|else|was (?:that|this|it)|is (?:that|this|it)|did (?:that|this|it) happen|so))?[\s?!.]*$", re.I)
_WHEN_WAS_THAT = re.compile(rf"^(?:is|was|were|did|does) (?:that|this|it)(?: happen| take place| only| all)? (?P<adjunct>(?:only )?(?:before|after|during|since|until|because|due to|in|on|at|by|around)\b.+?)[\s?]*$", re.I)
_WHICH_ONES = re.compile(r"^(?:which(?: ones?)?|who|what(?: are (?:they|those|these))?|which (?:are|were) (?:they|those|these))(?: (?:are|were) they)?[\s?]*$", re.I)
_CHANGE = re.compile(
    r"^(?:(?:ok|okay|thanks|thank you|no|well)[\s,.!]+)*(?:let[’']?s (?:talk|speak) about|(?:now |next )?(?:about|regarding|on to|back to|turning to)"
    r"|i (?:have|had) a question about|i want to ask about|another topic:|something else:)"
    r" (?P<topic>[^.?!:]{2,80})[.:!]\s*(?P<rest>.*)$",
    re.I,
)
"""A new topic named before its question: "Let's talk about the detainers instead. Who issues them?" """
_WHO_SAID = re.compile(r"^(?P<who>(?:who|which \w+) (?:said|says|claimed|told (?:them|us)|wrote|argued|stated|thinks)) (?:that|this|it|so)[\s?]*$", re.I)
_YES = re.compile(r"^(?:yes|yeah|yep|sure|ok|okay|please|yes,? please|please do|go (?:on|ahead)|do that|that one|ja|si|oui)[\s.!]*$", re.I)
_QUOTED_QUESTION = re.compile(r"[“\"]([^“”\"]{5,200}\?)[”\"]")
_LAST_QUESTION = re.compile(r"(?:^|[.!?\]:] )([A-Z][^.!?\[\]“”\"]{5,200}\?)")
_PREPOSITIONS = "in|on|at|by|to|for|from|with|of|since|under|during|before|after|among|between|about"
_STARTS_QUESTION = re.compile(rf"^(?:(?:in|on|at|by|to|for|from|with|of|since|under) )?(?:{_WH}|{_AUX}|tell|list|name|give|describe|explain|show)\b", re.I)
_DUMMY = re.compile(
    r"\bis it (?:true|possible|known|clear|likely|legal|right|correct|fair|safe|ok|okay|certain|said|reported|the case)\b|\b(?:what|how) (?:time|late) is it\b"
    r"|\bit (?:takes?|took|seems?|appears?|turns? out)\b|\bdoes it (?:take|matter|mean that|seem)\b|\bhow (?:long|far) (?:is|was) it\b",
    re.I,
)
_EXISTENTIAL = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|did|do)(?:n['’]t)? there\b|\bthere (?:is|are|was|were|has|have|had|will|would|be|been)\b", re.I)
_RELATIVE = re.compile(r"\b(?:those|these) (?:who|that|which|in|of|with|from)\b|\b(?:this|that|these|those) (?=[a-z]+)(?!(?:one|is|are|was|were|has|have|had|will|would|can|could|happen\w*|mean\w*|before|after|and|or|in|on|at|by|for|to|too|as|because|made|make|true|legal|all|only|not|change\w*|affect\w*|apply|work)\b)", re.I)
_COMPLEMENT = re.compile(r"(?<=[a-z]) that (?=(?:the|a|an|he|she|it|they|we|his|her|its|their|no|all|some|any|[A-Z])\b|[A-Z])")
_ONE_OF = re.compile(r"\bthe (?P<nth>first|second|third|fourth|fifth|last|latter|former)(?: one| city| question| point| item| person| condition| reason)?\b(?! \w+day)", re.I)
_PRONOUN = re.compile(
    r"\b(?P<person>he|she|him|his|her|hers|himself|herself)\b|\b(?P<many>they|them|their|theirs|those|these|both|themselves)\b"
    r"|\b(?P<place>there)\b|\b(?P<one>(?:that|this) one)\b|\b(?P<ones>ones)\b|\b(?P<thing>it|its|itself|that|this)\b",
    re.I,
)
_NTH = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}
_ORGANISATION = re.compile(r"\b(?:Department|Bureau|Office|Agency|Court|Police|University|Council|Committee|Company|Corporation|Association|Press|Times|Union|Party|Partnership|Program|Programme|Service|Customs|Center|Centre|Act|Group|Institute)\b|^[A-Z]{2,6}$")
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Gov|Sen|Rep|Gen|Lt|Col|Sgt|Capt|Prof|President|Mayor|Governor|Senator|Representative|Chief|Commissioner|Sheriff|Judge|Attorney General|Minister|Chancellor|King|Queen|Pope|Sir|Spokes(?:man|woman|person))\.?"


@dataclass(frozen=True)
class _Mention:
    """Something that was spoken of and that a pronoun may stand for."""

    text: str
    kind: str
    """`person`, `place`, `organisation`, `thing` or `event`."""
    plural: bool
    recency: float


def standalone(question: str, history: Sequence[Turn], article: Article) -> str:
    """The question as it would be asked alone; unchanged when it is complete, or when it is not safe to say what it means."""
    turns = [turn for turn in history[-2 * MAX_TURNS :] if turn.text.strip()]
    last, answer = "", ""
    for turn in turns:
        if turn.role == "user":
            last = _resolve(turn.text, last, answer, article)
        else:
            answer = turn.text
    return _resolve(question, last, answer, article) if last else question


_TWO_WH = re.compile(rf"^(?P<one>{_WH}),? and (?P<two>(?:(?:by|to|for|from|in|at) )?{_WH}) (?P<rest>{_AUX}\\b.+)$", re.I)
_PART = re.compile(
    rf"(?:,\s*|\s+)(?:and|but)(?: also)? (?=(?:(?:(?:in|on|at|by|to|for|from|with|of|since) )?(?:{_WH})\b(?! (?:they|he|she|it|we|you|the|a|an|this|that|these|those)\b)|{_AUX} (?:they|he|she|it|that|this|these|those|there|the|any|[A-Z]\w+)\b))"
    r"|(?<=\?)\s+(?=\S)",
)
MAX_PARTS = 3


def parts(question: str, article: Article) -> tuple[str, ...]:
    """The questions of which a question consists, each standalone: the later ones take up the earlier.

    "Which cities got letters, and are they sanctuary cities?" asks two; most questions are one, returned as it is.
    """
    if match := _TWO_WH.match(question.strip()):
        return tuple(_sentence(f"{match[which]} {match['rest']}") for which in ("one", "two"))
    pieces = [piece.strip(" ,") for piece in _PART.split(question) if piece and piece.strip(" ,?.!")]
    if not 1 < len(pieces) <= MAX_PARTS or not _STARTS_QUESTION.match(pieces[0]):
        return (question,)
    found: list[str] = []
    for piece in pieces:
        whole = piece if piece.endswith(("?", ".", "!")) else piece + "?"
        found.append(_sentence(_resolve(whole, found[0], "", article)) if found else whole)
    return tuple(found)


def _resolve(question: str, last: str, answer: str, article: Article) -> str:
    """`question` read after the standalone question `last` and the text of its answer."""
    asked = " ".join(question.split())
    if match := _CHANGE.match(asked):
        topic = match["topic"].removesuffix(" instead")
        return _resolve(match["rest"], f"What about {topic}?", "", article) if match["rest"] else f"What about {topic}?"
    if not last:
        return asked
    if _YES.match(asked):
        return _offered(answer) or question
    if match := _CORRECTION.match(asked):
        what = (match["what"] or match["other"]).strip()
        return _sentence(what) if _STARTS_QUESTION.match(what) else _about(what, last, article)
    bare = _OPENING.sub("", asked)
    if not bare:
        return question
    if match := _ABOUT.match(bare):
        what = match["what"] or match["same"]
        if not _PRONOUN.fullmatch(what):
            return _about(_replace_pronouns(what, last, answer, article), last, article)
    if _WHICH_ONES.match(bare) and re.match(r"how many\b", last, re.I):
        return "Which" + last[len("how many") :]
    if match := _BARE_WH.match(bare):
        return _reask(match["wh"], last) or question
    if (match := _WHO_SAID.match(bare)) and (said := _first_statement(answer)):
        return f"{_sentence(match['who'])} that {said[0].lower() if said[1:2].islower() else said[0]}{said[1:]}?"
    if (match := _WHEN_WAS_THAT.match(bare)) and (clause := _fronted(last)):
        return f"{clause[0].upper()}{clause[1:]} {match['adjunct']}?"
    if not _STARTS_QUESTION.match(bare) and len(bare.split()) <= 6 and bare.rstrip().endswith("?") and not _verb_in(bare):
        return _about(_replace_pronouns(bare.rstrip(" ?"), last, answer, article), last, article)
    resolved = _replace_pronouns(bare, last, answer, article)
    if resolved == bare:
        return question if bare == asked or not _STARTS_QUESTION.match(bare) else _sentence(bare)
    return _sentence(resolved)


def _sentence(text: str) -> str:
    text = text.strip()
    return text[0].upper() + text[1:] if text else text


def _verb_in(text: str) -> bool:
    return any(grammar.base(word) and (word.endswith("ed") or word in {"is", "are", "was", "were"}) for word in text.lower().split())


def _offered(answer: str) -> str | None:
    """The question that the last answer offered, when it ended with one."""
    tail = answer.strip()[-600:]
    if not tail.rstrip("”\"").endswith("?"):
        return None
    offers = _QUOTED_QUESTION.findall(tail) or _LAST_QUESTION.findall(tail)
    return offers[-1] if offers else None


def _about(what: str, last: str, article: Article) -> str:
    """`last`, asked of something else: "And Baltimore?" after "Who runs the jail in Stockton?"."""
    what = what.strip(" ?.!,")
    what = re.sub(r"^(?:and|but)\s+", "", what, flags=re.I)
    times = [q for q in quantities(what) if q.kind in {"date", "time"}]
    if times and re.fullmatch(r"(?:in|on|since|before|after|until|by|during)?\s*.{2,30}", what) and len(what.split()) <= 4:
        old = [q for q in quantities(last) if q.kind == times[0].kind]
        if old:
            return last.replace(old[-1].text, re.sub(r"^(?:in|on|since|before|after|until|by|during)\s+", "", what), 1)
        clause = _fronted(last)
        return _sentence(f"{clause} {what}?") if clause else f"{last.rstrip(' ?')} {what}?"
    if what[0].isupper():
        kind = _kind(what, article) if what.split()[-1][0].isupper() else _noun_kind(what.split()[-1])
        others = [name for name in _names(last) if name != what and _kind(name, article) == kind]
        if others:
            return re.sub(rf"\b{re.escape(others[-1])}\b", what.replace("\\", r"\\"), last, count=1)
        for phrase in reversed(_phrases(last)):
            # "the mayor" and "he" give way to a person, "the city" to a place.
            if phrase.kind == kind and not phrase.plural:
                return last.replace(phrase.text, what, 1)
        if member := _member(what, last):
            return member
        return f"{last.rstrip(' ?')} ({what})?"
    if re.match(rf"(?:{_PREPOSITIONS})\b", what, re.I):
        return f"{last.rstrip(' ?')} {what}?"
    phrases = [phrase for phrase in _phrases(last) if phrase.text.casefold() != what.casefold()]
    plural = _is_plural(what)
    same = [p for p in phrases if p.plural == plural and p.text.split()[0].lower() == what.split()[0].lower()] or [
        p for p in phrases if p.plural == plural
    ]
    if same and re.match(r"(?:the|a|an|this|that|its|his|her|their|\w+s$)\b", what, re.I):
        return last.replace(same[-1].text, what, 1)
    return f"{last.rstrip(' ?')} ({what})?"


def _first_statement(answer: str) -> str | None:
    """The first sentence of an answer, without its frame, marks and end."""
    plain = _FRAME.sub("", _SAYS_FRAME.sub("", _MARKER.sub("", answer))).strip()
    match = re.match(r"[“\"]?([^“”\".!?]{8,300})", plain)
    return match[1].strip() if match else None


def _member(what: str, last: str) -> str | None:
    """ "Did Baltimore get letters?", from "Which cities got letters?" and "And Baltimore?"."""
    clause = _fronted(last)
    if clause and (match := re.match(r"did (the \w+(?: \w+)??) (?=\w)", clause)) and re.match(r"which|what|how many", last, re.I):
        return _sentence(clause.replace(match[1], what, 1)) + "?"
    return None


def _reask(wh: str, last: str) -> str | None:
    """`last` with another question word: "When?" after "Who sent the letter?" asks "When was the letter sent?"."""
    word = wh.lower()
    clause = _fronted(last)
    if clause is None:
        return None
    if word in {"who", "whom"}:
        passive = re.match(r"(?:is|are|was|were) .+?(?:ed|en|t|d)\b", clause)
        if not passive:
            return f"{last.rstrip(' ?')}, {word}?"
        word = "by whom"
    if word in {"how many", "which", "how much"}:
        plural = [phrase for phrase in _phrases(last) if phrase.plural]
        if not plural:
            return None
        head = plural[-1].text.split()[-1]
        rest = re.sub(rf"\b(?:(?:the|which|what|any|some|these|those) )?{re.escape(plural[-1].text)}\b", "", clause, count=1)
        return _sentence(f"{word} {head} {' '.join(rest.split())}?")
    return _sentence(f"{word} {clause}?")


_SUBJECT_WH = re.compile(rf"^(?P<subject>who|(?:which|what|how many) (?:\w+ ){{0,3}}?\w+) (?P<verb>(?!{_AUX}\b)\w+)(?: (?P<rest>.+))?$", re.I)
_OTHER_WH = re.compile(rf"^(?:(?:in|on|at|by|to|for|from|with|of|since) )?{_WH}\b(?P<noun>(?: (?!{_AUX}\b)\w+){{0,3}}?) (?P<clause>{_AUX}\b.+)$", re.I)


def _fronted(last: str) -> str | None:
    """The last question as a yes-no question without its mark: "was the letter sent", "did Sessions threaten cities"."""
    text = last.strip().rstrip("?!. ")
    if re.match(rf"{_AUX}\b", text, re.I):
        return text[0].lower() + text[1:]
    if match := _SUBJECT_WH.match(text):
        verb = grammar.base(match["verb"])
        if verb and match["verb"].lower() != verb or (verb in grammar.SAME_PAST):
            subject = match["subject"]
            if subject.lower() != "who":
                noun = re.sub(r"^(?:which|what|how many) ", "the ", subject, flags=re.I)
                return f"did {noun} {verb} {match['rest'] or ''}".strip()
            phrase = _phrases(match["rest"] or "")
            if phrase and (match["rest"] or "").startswith(phrase[0].text):
                rest = (match["rest"] or "")[len(phrase[0].text) :].strip()
                be = "were" if phrase[0].plural else "was"
                return " ".join(f"{be} {phrase[0].text} {grammar.participle(verb)} {rest}".split())
    if match := _OTHER_WH.match(text):
        return match["clause"]
    return None


_CHUNK = re.compile(
    r"\b(?P<det>the|a|an|this|that|these|those|each|every|any|all|some|his|her|its|their|which|what|how many|no|two|three|four|five|both)\s+"
    r"(?=(?P<noun>[^\W\d_][\w’'-]*(?:\s+[^\W\d_][\w’'-]*){0,4}))",
    re.I,
)
_COMPLETED = re.compile(r"\s+(of (?:the |a )?[a-z][\w’'-]+|(?:of|to|in|from|for|at) (?:the )?[A-Z][\w.’'-]*(?: [A-Z][\w.’'-]*){0,3})")
"""What completes a noun phrase: "levels *of engagement*", "the letter *to Albuquerque*"."""
_STOPS = frozenset(
    "of in on at to for from by with about as and or but that which who when where why how is are was were be been has have had do does did"
    " can could will would may might must should not than into over under after before during since until through against between"
    " he she it they them him her you we i said say says get gets got".split()
)


def _phrases(text: str) -> list[_Mention]:
    """Noun phrases with a determiner, and bare plurals, in order; the determiner stays unless it asks."""
    found: dict[str, tuple[int, _Mention]] = {}
    taken: set[int] = set()
    for match in _CHUNK.finditer(text):
        words: list[str] = []
        for word in match["noun"].split():
            lower = word.lower()
            if lower in _STOPS or (words and lower in {"last", "first", "ever", "also", "still", "now", "yet"}) or (words and not word[0].isupper() and _verbal(lower)) or (words and _is_plural(words[-1])):
                break
            words.append(word)
        if not words:
            continue
        more = _COMPLETED.match(text, match.start("noun") + len(" ".join(words)))
        head = words[-1]
        if more and more[1].split()[-1].lower() not in _STOPS:
            words.append(more[1])
        det = match["det"].lower()
        phrase = " ".join(words if det in {"which", "what", "how many", "any", "all", "no", "each", "every"} else (match["det"], *words))
        phrase = phrase.removesuffix("'s").removesuffix("’s")
        found[phrase] = (match.start(), _Mention(phrase, _noun_kind(head), _is_plural(head), match.start()))
        taken.update(range(match.start(), match.start("noun") + sum(len(word) + 1 for word in words)))
    for match in re.finditer(r"\b[a-z]{3,}s\b", text):
        word = match.group()
        if match.start() not in taken and _is_plural(word) and word not in _STOPS and not (grammar.base(word) and word not in {"letters", "cities", "reports", "plans", "rules", "votes"}):
            found.setdefault(word, (match.start(), _Mention(word, _noun_kind(word), True, match.start())))
    return [mention for _, mention in sorted(found.values(), key=lambda pair: pair[0])]


def _verbal(word: str) -> bool:
    root = grammar.base(word)
    return root is not None and (word != root or word in grammar.SAME_PAST or word in {"work", "live", "apply", "get", "say"}) and not word.endswith("ing")


def _is_plural(phrase: str) -> bool:
    word = phrase.split()[-1].lower()
    return word in {"people", "men", "women", "children", "police", "criteria", "media"} or (
        len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "ous", "ics", "news"))
    )


_PEOPLE = re.compile(r"(?:mayor|governor|president|chief|judge|commissioner|sheriff|spokes\w+|man|woman|officer|senator|minister|director|author|attorney|king|queen|general|secretary|professor|owner|founder|leader|player|singer|actor|writer|artist|teacher|doctor|reporter|boy|girl|person|official|inmate)s?$", re.I)
_PLACES = re.compile(r"(?:city|town|country|state|county|place|village|province|region|island|district|jail|prison|school|building|capital|cities|towns|countries|states)s?$", re.I)


def _noun_kind(noun: str) -> str:
    if _PEOPLE.search(noun):
        return "person"
    return "place" if _PLACES.search(noun) else "thing"


def _names(text: str) -> list[str]:
    return [name for name in names(text) if not re.fullmatch(rf"{_WH}|{_AUX}|tell|list|name|give|mon|tues|wednes|thurs|fri|satur|sun|january|february|march|april|june|july|august|september|october|november|december", name, re.I)]


def _kind(name: str, article: Article) -> str:
    """Person, place, organisation or thing, by how the documents speak of the name."""
    if _ORGANISATION.search(name):
        return "organisation"
    surname = re.escape(name.split()[-1])
    speakers = {s.speaker.split()[-1] for d in article.documents for s in d.sentences if s.speaker}
    text = "\n".join(document.text for document in article.documents)[:200_000]
    place = len(re.findall(rf"\b(?:in|from|near|at|throughout|across|visit(?:ed)?) {re.escape(name)}\b", text)) + len(re.findall(rf"\b{re.escape(name)}, [A-Z]|[a-z], {re.escape(name)}\b", text))
    person = len(
        re.findall(
            rf"\b{_TITLE} (?:[A-Z][\w.’'-]+ )?{surname}\b|\b{surname} (?:said|says|wrote|told|argued|called|asked|replied|explained|was born|died|announced|warned|himself|herself)\b|\b[A-Z][a-z]+ {surname}, (?:the|a|an|who|then|executive|director)\b",
            text,
        )
    )
    if name.split()[-1] in speakers:
        person += 2
    if person > place:
        return "person"
    return "place" if place else "thing"


def _gender(name: str, article: Article) -> str | None:
    """`f` or `m` when the documents say so near the name."""
    surname = re.escape(name.split()[-1])
    text = "\n".join(document.text for document in article.documents)[:200_000]
    near = " ".join(re.findall(rf"\b{surname}\b[^\n]{{0,160}}", text)[:12]) + " ".join(re.findall(rf"[\w.]+ (?:[A-Z][\w.]+ )?{surname}\b", text)[:12])
    she = len(re.findall(r"\b(?:she|her|herself|Ms\.|Mrs\.|spokeswoman)(?!\w)", near))
    he = len(re.findall(r"\b(?:he|his|him|himself|Mr\.|spokesman)(?!\w)", near))
    return None if she == he else "f" if she > he else "m"


def _mentions(last: str, answer: str, article: Article) -> Iterator[_Mention]:
    """What was spoken of: the last question first, its answer at half the weight."""
    plain = _FRAME.sub("", _MARKER.sub("", answer))[:2000]
    for text, weight in ((last, 1.0), (plain, 0.5)):
        for name in _names(text):
            at = text.find(name)
            told = f"the {name}" if text[:at].lower().endswith("the ") else name
            kind = _kind(name, article)
            along = at / max(1, len(text))
            # Of the people in an answer the first is whom it is about; of other things the last is the nearest.
            yield _Mention(told, kind, False, weight * (0.5 + 0.5 * (1 - along if kind == "person" and text is plain else along)))
        for phrase in _phrases(text):
            recency = weight * (0.5 + 0.5 * phrase.recency / max(1, len(text)))
            yield _Mention(phrase.text, phrase.kind, phrase.plural, recency)
            if phrase.plural and " " not in phrase.text and text is last and phrase.kind == "thing":
                # "Which cities got letters? Who sent it?": one of several, all alike.
                yield _Mention(f"the {stem(phrase.text)}", phrase.kind, False, recency)
    for speaker in re.findall(r"(?:^|[.!?\]”\"] )([A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){0,3}), (?:quoted|as reported) in ", answer):
        yield _Mention(speaker, "person", False, 0.9)


def _replace_pronouns(bare: str, last: str, answer: str, article: Article) -> str:
    hidden = [m.span() for pattern in (_DUMMY, _EXISTENTIAL, _COMPLEMENT) for m in pattern.finditer(bare)]
    hidden += [m.span() for m in _RELATIVE.finditer(bare)]
    if match := _ONE_OF.search(bare):
        item = _item(_NTH[match["nth"].lower()], answer)
        if item:
            after = bare[match.end() :]
            if not match.start() and (inverted := re.match(rf",? (?P<aux>{_AUX}) (?:it|he|she|they|that)\b", after, re.I)):
                return f"{inverted['aux']} {item}{after[inverted.end() :]}"
            return bare[: match.start()] + item + after
    mentions = list(_mentions(last, answer, article))
    result, shift = bare, 0
    for match in _PRONOUN.finditer(bare):
        if any(start <= match.start() < end for start, end in hidden):
            continue
        word = match.group().lower()
        before = bare[: match.start()]
        if _has_own_antecedent(before, match.lastgroup or "", article):
            continue
        chosen = _referent(match.lastgroup or "", word, bare, mentions, last, article)
        if chosen is None:
            continue
        if match.lastgroup == "one":
            chosen = re.sub(r"^an? ", "the ", chosen)
        new = _inflected(chosen, word, bare[match.end() :], match.lastgroup or "")
        result = result[: match.start() + shift] + new + result[match.end() + shift :]
        shift += len(new) - len(match.group())
    return result


def _has_own_antecedent(before: str, group: str, article: Article) -> bool:
    """Whether the question itself names, before the pronoun, what it stands for."""
    if group == "person":
        return any(_kind(name, article) == "person" for name in _names(before))
    if group == "many":
        return any(p.plural and p.kind != "none" for p in _phrases(before)) or any(_kind(n, article) == "organisation" for n in _names(before))
    if group == "thing":
        return any(not p.plural and p.kind == "thing" for p in _phrases(before)) or any(_kind(n, article) in {"organisation", "thing", "place"} for n in _names(before))
    return group == "place" and any(_kind(name, article) == "place" for name in _names(before))


def _referent(group: str, word: str, bare: str, mentions: Sequence[_Mention], last: str, article: Article) -> str | None:
    """The mention that agrees with the pronoun and is spoken of together with what the question asks."""
    relative = _relative(last)
    if group == "ones" and relative:
        return relative.split()[1]
    fitting = [mention for mention in mentions if _agrees(mention, group, word, article)]
    if group == "many" and relative:
        # Whom the last question was about is what "they" takes up first; "them" may as well be what they got.
        head = relative.split(" that ")[0].removeprefix("the ")
        fitting = [mention for mention in fitting if mention.text != head and mention.recency >= 0.5]
        fitting.append(_Mention(relative, "thing", True, 0.9 if word == "them" else 1.3))
    if group == "many" and not fitting:
        listed = [m.text for m in mentions if m.kind in {"place", "organisation"} and m.recency >= 0.5]
        return " and ".join(dict.fromkeys(listed)) if listed and word not in {"both"} or len(set(listed)) == 2 else None
    if not fitting:
        return None
    terms = {stem(term) for term in content_words(bare)}
    best = max(fitting, key=lambda mention: _salience(mention, group, terms, article))
    return best.text.split()[-1] if group == "ones" else best.text


def _salience(mention: _Mention, group: str, terms: set[str], article: Article) -> float:
    """How much the mention stands out; a place is an "it" only when nothing else is."""
    head = mention.text.split(" that ")[0]
    if group == "one" and re.match(r"an? ", mention.text):
        return 0.6 + mention.recency
    if group == "person" and mention.text[0].isupper():
        return 0.6 + mention.recency + 0.6 * _affinity(head, terms, article)
    return mention.recency + 0.6 * _affinity(head, terms, article) - 0.4 * (group == "thing" and mention.kind == "place")


def _agrees(mention: _Mention, group: str, word: str, article: Article) -> bool:
    match group:
        case "person":
            if mention.kind != "person" or mention.plural:
                return False
            gender = _gender(mention.text, article) if mention.text[0].isupper() else None
            return gender in (None, "f" if word in {"she", "her", "hers", "herself"} else "m")
        case "many" | "ones":
            return mention.plural
        case "place":
            return mention.kind == "place" and not mention.plural
        case "one":
            return not mention.plural and mention.kind != "person"
        case _:
            return not mention.plural and mention.kind in {"thing", "organisation", "place"}


def _affinity(mention: str, terms: set[str], article: Article) -> float:
    """How often the documents speak of the mention and of what is asked in one sentence, from 0 to 1."""
    head = stem(mention.split()[-1].lower())
    together = alone = 0
    for document in article.documents:
        for sentence in document.sentences:
            stems = {stem(word) for word in content_words(sentence.text)}
            if head in stems:
                alone += 1
                together += bool(stems & terms)
    return together / (alone + 2)


def _relative(last: str) -> str | None:
    """ "the cities that got letters", from "Which cities got letters?"."""
    for size in range(3):
        pattern = rf"(?:which|what|how many)(?: of the)? (?P<noun>(?:\w+ ){{{size}}}\w+)(?P<of> of (?:the )?\w+)? (?P<verb>\w+)(?P<rest>.*)$"
        match = re.match(pattern, last.rstrip(" ?"), re.I)
        if not match or not _is_plural(match["noun"]):
            continue
        verb, noun = match["verb"].lower(), match["noun"] + (match["of"] or "")
        if verb not in {"do", "did", "does"} and grammar.base(verb) or verb in {"is", "are", "was", "were", "have", "has"}:
            rest = re.split(r",| and (?=(?:who|what|when|where|why|how|are|is|did|do)\b)", match["rest"])[0]
            return f"the {noun} that {match['verb']}{rest}"
        return f"the {noun}"
    return None


def _item(position: int, answer: str) -> str | None:
    """The nth thing that the last answer listed: "The second is …" or the second of four names."""
    plain = _FRAME.sub("", _MARKER.sub("", answer))
    points = re.findall(r"\bThe (?:first|second|third|fourth|fifth)\b[^.]{0,30}? (?:is|was|are) ([^.?!]{5,200})[.?!]", plain)
    if len(points) > 1 and -1 <= position < len(points):
        return f"“{points[position]}”"
    for run in re.findall(r"[A-Z][\w.’' -]+(?:(?:, [A-Z][\w.’' -]+)?[;,] (?:and )?[A-Z][\w.’' -]+){1,12}(?:,? and [A-Z][\w.’' -]+)?", plain):
        parts = re.split(r"; (?:and )?" if ";" in run else r", (?:and )?| and ", run)
        parts = [part.split(",")[0].strip() for part in parts if part.strip()]
        if len(parts) > 1 and -1 <= position < len(parts):
            return parts[position]
    return None


def _inflected(mention: str, word: str, after: str, group: str) -> str:
    possessive = word in {"his", "its", "their", "hers", "theirs"} or (word == "her" and bool(re.match(r" [a-z]+", after)) and not re.match(r" (?:to|in|on|at|for|from|with|about|say|do|by|and|as)\b", after))
    if possessive:
        return mention + ("’" if mention.endswith("s") and mention[0].islower() else "’s")
    return f"in {mention}" if group == "place" else mention
