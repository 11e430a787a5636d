"""Questions and answers taken apart, so that a follow-up can be put together from them. Pure functions over strings."""

import re

from assistant.followups.mentions import AUX, WH, is_plural, phrases
from assistant.text import grammar

_SUBJECT_WH = re.compile(
    rf"^(?P<subject>who|(?:which|what|how many) (?:\w+ ){{0,3}}?\w+) (?P<verb>(?!{AUX}\b)\w+)(?: (?P<rest>.+))?$", re.I
)
_OTHER_WH = re.compile(
    rf"^(?:(?:in|on|at|by|to|for|from|with|of"
    rf"|since) )?{WH}\b(?P<noun>(?: (?!{AUX}\b)\w+){{0,3}}?) (?P<clause>{AUX}\b.+)$",
    re.I,
)


def fronted(last: str) -> str | None:
    """The last question as a yes-no question without its mark: "was the letter sent", "did he threaten cities"."""
    text = last.strip().rstrip("?!. ")
    if re.match(rf"{AUX}\b", text, re.I):
        return text[0].lower() + text[1:]
    if match := _SUBJECT_WH.match(text):
        verb = grammar.base(match["verb"])
        if verb is not None and (match["verb"].lower() != verb or verb in grammar.SAME_PAST):
            subject = match["subject"]
            if subject.lower() != "who":
                noun = re.sub(r"^(?:which|what|how many) ", "the ", subject, flags=re.I)
                return f"did {noun} {verb} {match['rest'] or ''}".strip()
            phrase = phrases(match["rest"] or "")
            if phrase and (match["rest"] or "").startswith(phrase[0].text):
                rest = (match["rest"] or "")[len(phrase[0].text) :].strip()
                be = "were" if phrase[0].plural else "was"
                return " ".join(f"{be} {phrase[0].text} {grammar.participle(verb)} {rest}".split())
    if match := _OTHER_WH.match(text):
        return match["clause"]
    return None


_NO_CLAUSE = re.compile(rf"{AUX} (?:the )?(?:{AUX}|one|ones|that|this)\b", re.I)


def asked_of_answer(wh: str, answer: str) -> str | None:
    """ "Why is it that she refused to sign?", from "She refused to sign." and "Why?"."""
    stated = first_statement(answer)
    if stated is None or wh.lower() not in {"why", "when", "where", "how"}:
        return None
    first = stated[0].lower() if stated[1:2].islower() or stated.startswith("A ") else stated[0]
    return f"{sentence(wh.lower())} is it that {first}{stated[1:]}?"


_WHAT_SAID = re.compile(rf"^what (?={AUX}\b)", re.I)
_SAID = re.compile(r"(?<=\w )(?P<verb>say|write|think|do|claim|mean|decide|demand|propose)(?= |$)", re.I)


def _that(clause: str, last: str) -> str:
    """ "did he say that about jails", of "What did he say about jails?": what was asked for has been answered."""
    return _SAID.sub(r"\g<verb> that", clause, count=1) if _WHAT_SAID.match(last.strip()) else clause


def reasked(wh: str, last: str) -> str | None:
    """`last` with another question word: "When?" after "Who sent the letter?" asks "When was the letter sent?"."""
    word = wh.lower()
    clause = fronted(last)
    if clause is None or _NO_CLAUSE.match(clause):
        return None
    if word in {"who", "whom"}:
        passive = re.match(r"(?:is|are|was|were) .+?(?:ed|en|t|d)\b", clause)
        if not passive:
            return f"{last.rstrip(' ?')}, {word}?"
        word = "by whom"
    if word in {"how many", "which", "how much"}:
        plural = [phrase for phrase in phrases(last) if phrase.plural]
        if not plural:
            return None
        head = plural[-1].text.split()[-1]
        rest = re.sub(
            rf"\b(?:(?:the|which|what|any|some|these|those) )?{re.escape(plural[-1].text)}\b", "", clause, count=1
        )
        return sentence(f"{word} {head} {' '.join(rest.split())}?")
    return sentence(f"{word} {_that(clause, last)}?")


def asked_of_one(what: str, last: str) -> str | None:
    """ "Did Baltimore get letters?", from "Which cities got letters?" and "And Baltimore?"."""
    clause = fronted(last)
    if (
        clause
        and (match := re.match(r"did (the \w+(?: \w+)??) (?=\w)", clause))
        and re.match(r"which|what|how many", last, re.I)
    ):
        return sentence(clause.replace(match[1], what, 1)) + "?"
    return None


def whom_it_was_about(last: str) -> str | None:
    """ "the cities that got letters", from "Which cities got letters?"."""
    for size in range(3):
        pattern = (
            rf"(?:which|what"
            rf"|how many)(?: of the)? (?P<noun>(?:\w+ ){{{size}}}\w+)(?P<of> of (?:the )?\w+)? "
            rf"(?P<verb>\w+)(?P<rest>.*)$"
        )
        match = re.match(pattern, last.rstrip(" ?"), re.I)
        if not match or not is_plural(match["noun"]) or re.match(rf"{AUX}\b", match["noun"], re.I):
            continue
        verb, noun = match["verb"].lower(), match["noun"] + (match["of"] or "")
        if (verb not in {"do", "did", "does"} and grammar.base(verb)) or verb in {
            "is",
            "are",
            "was",
            "were",
            "have",
            "has",
        }:
            rest = re.split(r",| and (?=(?:who|what|when|where|why|how|are|is|did|do)\b)", match["rest"])[0]
            return f"the {noun} that {match['verb']}{rest}"
        return f"the {noun}"
    return None


_MARKER = re.compile(r"\s*\[\d+\]")
_FRAME = re.compile(
    r"The article says:\s+|(?:[A-Z][\w.’' ()-]{1,80}, )?(?:quoted|as reported|Quoted|Reported) in the article:\s+"
    r"|(?<![\w.])[A-Z][\w.,’' ()-]{1,120}\((?:[A-Z][a-z]+ )?(?:\d{1,2}, )?\d{4}(?:, brief)?\)(?: says)?:\s+"
)
_SAYS_FRAME = re.compile(r"^[A-Z][^:!?]{2,100}?(?:says|said|reported by[^:]{2,60}|quoted in[^:]{2,60}):\s+")
_QUOTED_QUESTION = re.compile(r"[“\"]([^“”\"]{5,200}\?)[”\"]")
_LAST_QUESTION = re.compile(r"(?:^|[.!?\]:] )([A-Z][^.!?\[\]“”\"]{5,200}\?)")


def offered(answer: str) -> str | None:
    """The question that the last answer offered, when it ended with one."""
    tail = answer.strip()[-600:]
    if not tail.rstrip('”"').endswith("?"):
        return None
    offers = _QUOTED_QUESTION.findall(tail) or _LAST_QUESTION.findall(tail)
    return offers[-1] if offers else None


def plain_answer(answer: str) -> str:
    """An answer without its frames and citation marks, at most 2,000 characters."""
    return _SAYS_FRAME.sub("", _FRAME.sub("", _MARKER.sub("", answer)))[:2000]


def first_statement(answer: str) -> str | None:
    """The first sentence of an answer, without its frame, marks and end."""
    plain = plain_answer(answer).strip()
    match = re.match(r"[“\"]?([^“”\".!?]{8,300})", plain)
    return match[1].strip() if match else None


def listed(position: int, answer: str) -> str | None:
    """The nth thing that the last answer listed: "The second is …" or the second of four names."""
    plain = plain_answer(answer)
    points = re.findall(
        r"\bThe (?:first|second|third|fourth|fifth)\b[^.]{0,30}? (?:is|was|are) ([^.?!]{5,200})[.?!]", plain
    )
    if len(points) > 1 and -1 <= position < len(points):
        return f"“{points[position]}”"
    for run in re.findall(
        r"[A-Z][\w.’' -]+(?:(?:, [A-Z][\w.’' -]+)?[;,] (?:and )?[A-Z][\w.’' -]+){1,12}(?:,? and [A-Z][\w.’' -]+)?",
        plain,
    ):
        parts = re.split(r"; (?:and )?" if ";" in run else r", (?:and )?| and ", run)
        parts = [part.split(",")[0].strip() for part in parts if part.strip()]
        if len(parts) > 1 and -1 <= position < len(parts):
            return parts[position]
    return None


def sentence(text: str) -> str:
    text = text.strip()
    return text[0].upper() + text[1:] if text else text
