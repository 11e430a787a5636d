"""Follow-up questions made standalone by rules, without a model.

"And who sent it?" after "Which cities got the letter?" becomes "Who sent the letter?". What a pronoun stands for is
taken from the last question and its answer when number, kind and gender agree; where no candidate agrees the question
stays as it was asked, and it is the answerer's turn to ask back. A complete question is never touched.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.followups.mentions import (
    AUX,
    WH,
    Mention,
    affinity,
    gender_of,
    is_plural,
    kind_of,
    noun_kind,
    phrases,
    proper_names,
)
from assistant.followups.rephrasing import (
    asked_of_answer,
    asked_of_one,
    first_statement,
    fronted,
    listed,
    offered,
    plain_answer,
    reasked,
    sentence,
    whom_it_was_about,
)
from assistant.schema import Article, Turn
from assistant.text import content_words, grammar, quantities, stem

MAX_TURNS = 8
MAX_EARLIER = 600
"""Characters of earlier questions in which whom a pronoun means is looked for."""
_OPENING = re.compile(
    r"^(?:(?:and|but|so|or|also|then|ok|okay|well|hm+|right|i see|got it|great|thanks|thank you|(?:before"
    r"|after|besides|apart from) that)\b[\s,.!]*)+(?=\S)",
    re.I,
)
_CORRECTION = re.compile(
    r"^(?:no|nope|not (?:that|him|her|them|it)|sorry|actually|wait|oops)?[\s,.!-]*"
    r"(?:i (?:meant|mean|was (?:asking|talking) about|am asking about)|i'm asking about|meant)\s+(?:to (?:ask"
    r"|say)\s+)?(?P<what>.+?)[\s.!?]*$"
    r"|^(?:no|nope|sorry|actually|wait|oops)[\s,.!-]+(?P<other>(?!i\b)(?=(?-i:[A-Z])|the )[^,?.]{2,60}?)[\s.!?]*$",
    re.I,
)
_ABOUT = re.compile(
    r"^(?:what|how)(?:[’']s)? about\s+(?P<what>.+?)[\s?.!]*$|^(?:same (?:question )?for)\s+(?P<same>.+?)[\s?.!]*$", re.I
)
_BARE_WH = re.compile(
    rf"^(?P<wh>(?:(?:by|to|for|from|with|in|on|at|since) )?{WH})(?: (?:exactly|precisely|then|though|else"
    rf"|was (?:that|this|it)|is (?:that|this|it)|did (?:that|this|it) happen|so))?[\s?!.]*$",
    re.I,
)
_WHEN_WAS_THAT = re.compile(
    r"^(?:is|was|were|did|does) (?:that|this|it)(?: happen| take place| only"
    r"| all)? (?P<adjunct>(?:only )?(?:before|after|during|since|until|because|due to|in|on|at|by"
    r"|around)\b.+?)[\s?]*$",
    re.I,
)
_WHICH_ONES = re.compile(
    r"^(?:which(?: ones?)?|who|what(?: are (?:they|those|these))?|which (?:are|were) (?:they|those"
    r"|these))(?: (?:are|were) they)?[\s?]*$",
    re.I,
)
_CHANGE = re.compile(
    r"^(?:(?:ok|okay|thanks|thank you|no|well)[\s,.!]+)*(?:let[’']?s (?:talk|speak) about|(?:now "
    r"|next )?(?:about|regarding|on to|back to|turning to)"
    r"|i (?:have|had) a question about|i want to ask about|another topic:|something else:)"
    r" (?P<topic>[^.?!:]{2,80})[.:!]\s*(?P<rest>.*)$",
    re.I,
)
"""A new topic named before its question: "Let's talk about the detainers instead. Who issues them?" """
_WHO_SAID = re.compile(
    r"^(?P<who>(?:who|which \w+) (?:said|says|claimed|told (?:them|us)|wrote|argued|stated|thinks)) (?:that"
    r"|this|it|so)[\s?]*$",
    re.I,
)
_YES = re.compile(
    r"^(?:yes|yeah|yep|sure|ok|okay|please|yes,? please|please do|go (?:on|ahead)|do that|that one|ja|si|oui)[\s.!]*$",
    re.I,
)
_PREPOSITIONS = "in|on|at|by|to|for|from|with|of|since|under|during|before|after|among|between|about|if|unless|while"
_STARTS_QUESTION = re.compile(
    rf"^(?:(?:in|on|at|by|to|for|from|with|of|since|under) )?(?:{WH}|{AUX}|tell|list|name|give|describe"
    rf"|explain|show)\b",
    re.I,
)
_DUMMY = re.compile(
    r"\bis it (?:true|possible|known|clear|likely|legal|right|correct|fair|safe|ok|okay|certain|said|reported"
    r"|the case)\b|\b(?:what|how) (?:time|late) is it\b"
    r"|\bit (?:takes?|took|seems?|appears?|turns? out|is (?:not )?(?:possible|true|clear|legal|necessary))\b"
    r"|\b(?:does|do|did|would|will) it (?:take|matter|mean that|seem|make sense)\b"
    r"|\bhow (?:long|far) (?:is|was) it\b",
    re.I,
)
_EXISTENTIAL = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|did|do)(?:n['’]t)? there\b|\bthere (?:is|are|was"
    r"|were|has|have|had|will|would|be|been)\b",
    re.I,
)
_RELATIVE = re.compile(
    r"\b(?:those|these) (?:who|that|which|in|of|with|from)\b|\b(?:this|that|these|those) (?=[a-z]+)(?!(?:one"
    r"|is|are|was|were|has|have|had|will|would|can|could|happen\w*|mean\w*|before|after|and|or|in|on|at|by|for"
    r"|to|too|as|because|made|make|true|legal|all|only|not|change\w*|affect\w*|apply|work)\b)",
    re.I,
)
_COMPLEMENT = re.compile(
    r"(?<=[a-z]) that (?=(?:the|a|an|he|she|it|they|we|his|her|its|their|no|all|some|any|[A-Z])\b|[A-Z])"
)
_ONE_OF = re.compile(
    rf"\bthe (?P<nth>first|second|third|fourth|fifth|last|latter|former)"
    rf"(?: (?:one|city|question|point|item|person|condition|reason)\b|(?=\s*(?:[?,.]|$))|(?= {AUX}\b))",
    re.I,
)
_PRONOUN = re.compile(
    r"\b(?P<person>he|she|him|his|her|hers|himself|herself)\b|\b(?P<many>they|them|their|theirs|those|these"
    r"|both|themselves)\b"
    r"|\b(?P<place>there)\b|\b(?P<one>(?:that|this) one)\b|\b(?P<ones>ones)\b|\b(?P<thing>it|its|itself|that|this)\b",
    re.I,
)
_NTH = {"first": 0, "former": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1, "latter": -1}


def standalone(question: str, history: Sequence[Turn], article: Article) -> str:
    """The question as it would be asked alone; unchanged when it is complete or its meaning is not safe to tell."""
    turns = [turn for turn in history[-2 * MAX_TURNS :] if turn.text.strip()]
    said = _Said("", "", "", article)
    for turn in turns:
        if turn.role == "user":
            said = replace(said, last=_resolve(turn.text, said), earlier=f"{said.earlier} {said.last}"[-MAX_EARLIER:])
        else:
            said = replace(said, answer=turn.text)
    return _resolve(question, said) if said.last else question


@dataclass(frozen=True)
class _Said:
    """The conversation so far: the last question as it stands alone, its answer, and the questions before."""

    last: str
    answer: str
    earlier: str
    article: Article


_TWO_WH = re.compile(rf"^(?P<one>{WH}),? and (?P<two>(?:(?:by|to|for|from|in|at) )?{WH}) (?P<rest>{AUX}\b.+)$", re.I)
_PART = re.compile(
    rf"(?:,\s*|\s+)(?:and|but)(?: also)? (?="
    rf"(?:(?:(?:in|on|at|by|to|for|from|with|of|since) )?(?:{WH})\b"
    rf"(?! (?:they|he|she|it|we|you|the|a|an|this|that|these|those|in|cannot)\b)"
    rf"|{AUX} (?:they|he|she|it|that|this|these|those|there|the|any|[A-Z]\w+) \w))"
    r"|(?<=\?)\s+(?=\S)",
)
_FIRST_PRONOUN = re.compile(rf"^(?:{WH} )?(?:{AUX} )?(\w+\b.*)$", re.I)
MAX_PARTS = 3


def parts(question: str, article: Article) -> tuple[str, ...]:
    """The questions of which a question consists, each standalone: the later ones take up the earlier.

    "Which cities got letters, and are they sanctuary cities?" asks two; most questions are one, returned as it is.
    """
    if match := _TWO_WH.match(question.strip()):
        return tuple(sentence(f"{match[which]} {match['rest']}") for which in ("one", "two"))
    pieces = [piece.strip(" ,") for piece in _PART.split(question) if piece and piece.strip(" ,?.!")]
    if any(len(piece.split()) < 3 and not _BARE_WH.match(piece) for piece in pieces[1:]):
        return (question,)
    if not 1 < len(pieces) <= MAX_PARTS or not _STARTS_QUESTION.match(pieces[0]):
        return (question,)
    found: list[str] = []
    for piece in pieces:
        whole = piece if piece.endswith(("?", ".", "!")) else piece + "?"
        alone = sentence(_resolve(whole, _Said(found[0], "", "", article))) if found else whole
        if found and alone == sentence(whole) and _PRONOUN.match(_FIRST_PRONOUN.sub(r"\1", whole)):
            # What "he" or "it" is stays open, so the part cannot be asked alone.
            return (question,)
        found.append(alone)
    return tuple(found)


def _resolve(question: str, said: _Said) -> str:
    """`question` read after the last question and its answer."""
    asked = " ".join(question.split())
    if match := _CHANGE.match(asked):
        topic = match["topic"].removesuffix(" instead")
        about = f"What about {topic}?"
        return _resolve(match["rest"], _Said(about, "", "", said.article)) if match["rest"] else about
    if not said.last:
        return asked
    if _YES.match(asked):
        return offered(said.answer) or question
    if match := _CORRECTION.match(asked):
        what = (match["what"] or match["other"]).strip()
        return sentence(what) if _STARTS_QUESTION.match(what) else _about(what, said)
    bare = _OPENING.sub("", asked)
    if not bare:
        return question
    if match := _ABOUT.match(bare):
        what = match["what"] or match["same"]
        if not _PRONOUN.fullmatch(what):
            return _about(_replace_pronouns(what, said), said)
    if _WHICH_ONES.match(bare) and re.match(r"how many\b", said.last, re.I):
        return "Which" + said.last[len("how many") :]
    if match := _BARE_WH.match(bare):
        stated = asked_of_answer(match["wh"], said.answer)
        # Of a yes-no question the answer, which may be no, is what "why" goes on from.
        return (stated if re.match(rf"{AUX}\b", said.last, re.I) else None) or (
            reasked(match["wh"], said.last) or stated or question
        )
    if (match := _WHO_SAID.match(bare)) and (stated := first_statement(said.answer)):
        return f"{sentence(match['who'])} that {stated[0].lower() if stated[1:2].islower() else stated[0]}{stated[1:]}?"
    if (match := _WHEN_WAS_THAT.match(bare)) and (clause := fronted(said.last)):
        return f"{clause[0].upper()}{clause[1:]} {match['adjunct']}?"
    if (
        not _STARTS_QUESTION.match(bare)
        and len(bare.split()) <= 6
        and bare.rstrip().endswith("?")
        and not _verb_in(bare)
    ):
        return _about(_replace_pronouns(bare.rstrip(" ?"), said), said)
    if not (_STARTS_QUESTION.match(bare) or bare.endswith("?")):
        return question
    resolved = _replace_pronouns(bare, said)
    if resolved == bare:
        return question if bare == asked or not _STARTS_QUESTION.match(bare) else sentence(bare)
    return sentence(resolved)


def _verb_in(text: str) -> bool:
    return any(
        grammar.base(word) and (word.endswith("ed") or word in {"is", "are", "was", "were"})
        for word in text.lower().split()
    )


def _about(what: str, said: _Said) -> str:
    """The last question, asked of something else: "And Baltimore?" after "Who runs the jail in Stockton?"."""
    last, article = said.last, said.article
    what = what.strip(" ?.!,")
    what = re.sub(r"^(?:and|but)\s+", "", what, flags=re.I)
    times = [q for q in quantities(what) if q.kind in {"date", "time"}]
    if (
        times
        and re.fullmatch(r"(?:in|on|since|before|after|until|by|during)?\s*.{2,30}", what)
        and len(what.split()) <= 4
    ):
        old = [q for q in quantities(last) if q.kind == times[0].kind]
        if old:
            return last.replace(old[-1].text, re.sub(r"^(?:in|on|since|before|after|until|by|during)\s+", "", what), 1)
        clause = fronted(last)
        return sentence(f"{clause} {what}?") if clause else f"{last.rstrip(' ?')} {what}?"
    if what[0].isupper():
        kind = kind_of(what, article) if what.split()[-1][0].isupper() else noun_kind(what.split()[-1])
        kinds = {name: kind_of(name, article) for name in proper_names(last) if name != what}
        # A name of which the documents do not tell the kind may stand for anything but a person.
        rivals = [name for name, other in kinds.items() if other == kind] or [
            name for name, other in kinds.items() if "thing" in (kind, other) and "person" not in (kind, other)
        ]
        if rivals:
            return re.sub(rf"\b{re.escape(rivals[-1])}\b", what.replace("\\", r"\\"), last, count=1)
        for phrase in reversed(phrases(last)):
            # "the mayor" and "he" give way to a person, "the city" to a place.
            if phrase.kind == kind and not phrase.plural:
                return last.replace(phrase.text, what, 1)
        if member := asked_of_one(what, last):
            return member
        return f"{last.rstrip(' ?')} ({what})?"
    if re.match(rf"(?:{_PREPOSITIONS})\b", what, re.I):
        return f"{last.rstrip(' ?')} {what}?"
    others = [p for p in phrases(last) if p.text.casefold() != what.casefold() and p.plural == is_plural(what)]
    alike = [p for p in others if p.text.split()[0].lower() == what.split()[0].lower()]
    same = alike or others
    if same and re.match(r"(?:the|a|an|this|that|its|his|her|their|\w+s$)\b", what, re.I):
        return last.replace(same[-1].text, what, 1)
    return f"{last.rstrip(' ?')} ({what})?"


def _mentions(said: _Said) -> Iterator[Mention]:
    """What was spoken of: the last question first, its answer at half the weight, earlier questions at a fifth."""
    last, plain, article = said.last, plain_answer(said.answer), said.article
    for text, weight in ((last, 1.0), (plain, 0.5), (said.earlier, 0.2)):
        for name in proper_names(text):
            at = text.find(name)
            told = f"the {name}" if text[:at].lower().endswith("the ") else name
            kind = kind_of(name, article)
            along = at / max(1, len(text))
            # Of the people in an answer the first is whom it is about; of other things the last is the nearest.
            yield Mention(
                told, kind, False, weight * (0.5 + 0.5 * (1 - along if kind == "person" and text is plain else along))
            )
        for phrase in phrases(text):
            recency = weight * (0.5 + 0.5 * phrase.recency / max(1, len(text)))
            yield Mention(phrase.text, phrase.kind, phrase.plural, recency)
            if phrase.plural and " " not in phrase.text and text is last and phrase.kind == "thing":
                # "Which cities got letters? Who sent it?": one of several, all alike.
                yield Mention(f"the {stem(phrase.text)}", phrase.kind, False, recency)
    for speaker in re.findall(
        r"(?:^|[.!?\]”\"] )([A-Z][\w.’'-]+(?: [A-Z][\w.’'-]+){0,3}), (?:(?:quoted|as reported) in|reported by) ",
        said.answer,
    ):
        yield Mention(speaker, "person", False, 0.9)


def _replace_pronouns(bare: str, said: _Said) -> str:
    """The question with every pronoun that is safe to tell in the words of what it stands for."""
    hidden = [m.span() for pattern in (_DUMMY, _EXISTENTIAL, _COMPLEMENT) for m in pattern.finditer(bare)]
    hidden += [m.span() for m in _RELATIVE.finditer(bare)]
    if match := _ONE_OF.search(bare):
        item = listed(_NTH[match["nth"].lower()], said.answer)
        if item:
            after = bare[match.end() :]
            if not match.start() and (
                inverted := re.match(rf",? (?P<aux>{AUX}) (?:it|he|she|they|that)\b", after, re.I)
            ):
                return f"{inverted['aux']} {item}{after[inverted.end() :]}"
            return bare[: match.start()] + item + after
    mentions = list(_mentions(said))
    result, shift = bare, 0
    for match in _PRONOUN.finditer(bare):
        if any(start <= match.start() < end for start, end in hidden):
            continue
        if match.lastgroup == "thing" and not _stands_alone(match, bare):
            continue
        word = match.group().lower()
        before = bare[: match.start()]
        if _has_own_antecedent(before, match.lastgroup or "", said.article):
            continue
        chosen = _referent(match.lastgroup or "", word, bare, mentions, said)
        if chosen is None:
            continue
        if match.lastgroup == "one":
            chosen = re.sub(r"^an? ", "the ", chosen)
        new = _inflected(chosen, word, bare[match.end() :], match.lastgroup or "")
        result = result[: match.start() + shift] + new + result[match.end() + shift :]
        shift += len(new) - len(match.group())
    return result


_BEFORE_PRONOUN = re.compile(
    rf"(?:^|\b(?:{AUX}|{_PREPOSITIONS}|and|or|but|than|as|not|also|[a-z]+(?:ed|ing))|[,:;(“\"])\s*$", re.I
)


def _stands_alone(match: re.Match[str], text: str) -> bool:
    """Whether "that" or "this" is the thing itself, not the link to a clause: "towns that are", "he said that"."""
    return match.group().lower() not in {"that", "this"} or bool(_BEFORE_PRONOUN.search(text[: match.start()]))


def _has_own_antecedent(before: str, group: str, article: Article) -> bool:
    """Whether the question itself names, before the pronoun, what it stands for."""
    if re.match(r"(?:if|when|while|since|as|because)\b[^,]{6,},", before, re.I) and group in {"thing", "many"}:
        return True
    if group == "person":
        return any(kind_of(name, article) == "person" for name in proper_names(before))
    if group == "many":
        return any(p.plural and p.kind != "none" for p in phrases(before)) or any(
            kind_of(n, article) == "organisation" for n in proper_names(before)
        )
    if group == "thing":
        return any(not p.plural and p.kind == "thing" for p in phrases(before)) or any(
            kind_of(n, article) in {"organisation", "thing", "place"} for n in proper_names(before)
        )
    return group == "place" and any(kind_of(name, article) == "place" for name in proper_names(before))


def _referent(group: str, word: str, bare: str, mentions: Sequence[Mention], said: _Said) -> str | None:
    """The mention that agrees with the pronoun and is spoken of together with what the question asks."""
    relative = whom_it_was_about(said.last)
    if group == "ones" and relative:
        return relative.split()[1]
    fitting = [mention for mention in mentions if _agrees(mention, group, word, said.article)]
    if group == "many" and relative:
        # Whom the last question was about is what "they" takes up first; "them" may as well be what they got.
        head = relative.split(" that ")[0].removeprefix("the ")
        fitting = [mention for mention in fitting if mention.text != head and mention.recency >= 0.5]
        fitting.append(Mention(relative, "thing", True, 0.9 if word == "them" else 1.3))
    if group == "many" and not relative and fitting and all(mention.recency < 0.51 for mention in fitting):
        # Only the answer has candidates: safe when it speaks of one kind of things.
        heads = {stem(mention.text.split(" of ")[0].split()[-1].lower()) for mention in fitting}
        fitting = fitting if len(heads) == 1 else []
        if not fitting:
            return None
    if group == "many" and not fitting:
        several = dict.fromkeys(m.text for m in mentions if m.kind in {"place", "organisation"} and m.recency >= 0.5)
        return " and ".join(several) if len(several) == 2 or (several and word != "both") else None
    if not fitting:
        return None
    terms = {stem(term) for term in content_words(bare)}
    best = max(fitting, key=lambda mention: _salience(mention, group, terms, said.article))
    return best.text.split()[-1] if group == "ones" else best.text


def _salience(mention: Mention, group: str, terms: set[str], article: Article) -> float:
    """How much the mention stands out; a place is an "it" only when nothing else is."""
    head = mention.text.split(" that ")[0]
    if group == "one" and re.match(r"an? ", mention.text):
        return 0.6 + mention.recency
    if group == "person" and mention.text[0].isupper():
        return 0.6 + mention.recency + 0.6 * affinity(head, terms, article)
    return mention.recency + 0.6 * affinity(head, terms, article) - 0.4 * (group == "thing" and mention.kind == "place")


def _agrees(mention: Mention, group: str, word: str, article: Article) -> bool:
    match group:
        case "person":
            if mention.kind != "person" or mention.plural:
                return False
            gender = gender_of(mention.text, article) if mention.text[0].isupper() else None
            return gender in (None, "f" if word in {"she", "her", "hers", "herself"} else "m")
        case "many" | "ones":
            return mention.plural
        case "place":
            return mention.kind == "place" and not mention.plural
        case "one":
            return not mention.plural and mention.kind != "person"
        case _:
            return not mention.plural and mention.kind in {"thing", "organisation", "place"}


def _inflected(mention: str, word: str, after: str, group: str) -> str:
    possessive = word in {"his", "its", "their", "hers", "theirs"} or (
        word == "her"
        and bool(re.match(r" [a-z]+", after))
        and not re.match(r" (?:to|in|on|at|for|from|with|about|say|do|by|and|as)\b", after)
    )
    if possessive:
        return mention + ("’" if mention.endswith("s") and mention[0].islower() else "’s")
    return f"in {mention}" if group == "place" else mention
