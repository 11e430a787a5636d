"""False premises: what a question takes for granted and a sentence of the documents contradicts.

"Which five questions did it ask?" supposes five; "each letter asked three questions" corrects it. Three kinds are read,
number, denial and opposite, and each only when the sentence speaks of everything that the question does: where it does
not, the question is not corrected but unanswered.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.neighbours import told_before
from assistant.schema import Article, Draft, DraftClaim, Evidence, Question, Sentence
from assistant.text import STOP_WORDS, grammar, words
from assistant.text.lexicon import OPPOSITES, root, root_set
from assistant.text.negation import denied, denies

MAX_CHECKED = 12
_SUPPOSES = frozenset({"why", "when", "where", "how", "how-many", "how-much", "list", "what", "who", "who-said"})
_NOT = re.compile(r"\b(?:not|never|no|without)\b|n['’]t\b", re.I)
_COUNTS_OR_SUMS = frozenset({"how-many", "how-much"})
_LIGHT = root_set(
    """
    get have do make be take give go come receive many much say tell himself herself themselves
    """
)

_COUNTED = re.compile(
    r"\b(?P<lead>the|which|what|all|these|those|each of the|its|their|his"
    r"|her) (?P<count>\w+) (?:\w+ )?(?P<noun>[a-z]+s|people|men|women|children)\b",
    re.I,
)


def correct(question: Question, evidence: Sequence[Evidence], article: Article) -> Draft | None:
    """The sentence that contradicts what the question supposes; `None` when none plainly does."""
    if question.type not in _SUPPOSES or not evidence:
        return None
    sentences = [item.sentence for item in evidence[:MAX_CHECKED]]
    for contradicts in (_other_count, _has_none, _denied, _opposite):
        if (found := contradicts(question, sentences, article)) is not None:
            claims = tuple(DraftClaim(text=sentence.text, sentences=(sentence.id,)) for sentence in found)
            return Draft(claims=claims, premise="corrected", confidence=evidence[0].score)
    return None


def _number(token: str) -> int | None:
    token = token.lower().replace(",", "")
    return int(token) if token.isascii() and token.isdigit() and len(token) < 7 else grammar.NUMBER_OF.get(token)


def _other_count(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[Sentence, ...] | None:
    """A sentence that counts the same things and comes to another number."""
    for match in _COUNTED.finditer(question.text):
        asked = _number(match["count"])
        if asked is None:
            continue
        noun = root(match["noun"])
        others = _terms(question) - {noun, root(match["count"]), str(asked)}
        fitting: list[Sentence] = []
        for sentence in sentences:
            counts = set(_counts_of(sentence.text, noun))
            if asked in counts or (any(_number(token) == asked for token in words(sentence.text)) and counts):
                return None
            context = _context(sentence, article)
            if counts and len(others & context) >= max(1, 0.6 * len(others)):
                fitting.append(sentence)
        if fitting:
            return (fitting[0],)
    return None


def _counts_of(text: str, noun: str) -> Iterator[int]:
    tokens = words(text)
    for at, token in enumerate(tokens):
        number = _number(token)
        if number is not None and any(root(after) == noun for after in tokens[at + 1 : at + 3]):
            yield number


def _terms(question: Question) -> frozenset[str]:
    """Roots of what the question speaks of; verbs that mean little do not count."""
    return frozenset(root(word) for word in words(question.text) if word not in STOP_WORDS) - _LIGHT


def _context(sentence: Sentence, article: Article) -> frozenset[str]:
    """Roots of the sentence, and of what it takes up: the two sentences before it and the title of its document."""
    return frozenset(root(word) for word in words(f"{told_before(sentence, article, back=2)} {sentence.text}"))


_OWNED = re.compile(r"\b(?P<owner>[A-Z][\w.-]+)(?:['’]s?) (?:own )?(?P<thing>[a-z]+(?: [a-z]+)?)\b")
_NONE_OF = (
    r"\b(?:does|do|did|has|have|had)(?: not|n['’]t)(?: have| own| run| operate)? (?:an? "
    r"|any )?(?:\w+ )?{thing}\b|\b(?:has|have|had|with) no (?:\w+ )?{thing}\b"
)


def _has_none(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[Sentence, ...] | None:
    """A sentence that says that the owner in the question has no such thing: "Albuquerque does not have a jail"."""
    if question.type in _COUNTS_OR_SUMS:
        return None
    for match in _OWNED.finditer(question.text):
        things = "|".join(re.escape(word) for word in match["thing"].split())
        pattern = re.compile(_NONE_OF.format(thing=f"(?:{things})"), re.I)
        for sentence in sentences:
            if match["owner"] in sentence.text and pattern.search(sentence.text):
                return (sentence,)
    return None


def _denied(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[Sentence, ...] | None:
    """Sentences that deny the very thing that the question supposes, when none affirms it."""
    if question.type in _COUNTS_OR_SUMS or denies(question.text):
        return None
    supposed = _predicate(question)
    if not supposed:
        return None
    terms = _terms(question)
    found: list[Sentence] = []
    for sentence in sentences:
        own = frozenset(root(word) for word in words(sentence.text))
        if not supposed <= own:
            continue
        under = denied(sentence.text)
        if supposed <= under:
            if terms <= _context(sentence, article):
                found.append(sentence)
        elif terms <= own and not supposed & under and not found:
            return None
    return tuple(found[:2]) or None


def _predicate(question: Question) -> frozenset[str]:
    """Roots that a denial must hold: what the subject is said to be, or the verb."""
    clause = grammar.supposed(question.text)
    if clause is None:
        return frozenset()
    _, verb, rest = clause
    roots = frozenset(root(word) for word in words(rest) if word not in STOP_WORDS) - _LIGHT
    if grammar.base(verb) == "be" or verb in {"is", "are", "was", "were"}:
        return roots
    return frozenset({root(verb)}) - _LIGHT or roots


_PHASES = root_set(
    """
    begin start launch open end finish stop close conclude cease rise fall attack defend drop increase decrease grow
    decline climb gain lose
    """
)
"""Verbs of which a text may well tell both: what began also ended."""


def _opposite(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[Sentence, ...] | None:
    """A sentence that says the opposite of the question's verb of the same things."""
    clause = grammar.supposed(question.text)
    if clause is None or _NOT.search(question.text):
        return None
    verb = root(clause[1])
    opposites = frozenset(other for _, others in OPPOSITES.get(verb, ()) for other in others)
    if verb in _PHASES:
        return None
    terms = _terms(question) - {verb}
    if not opposites or len(terms) < 2:
        return None
    found = None
    for sentence in sentences:
        own = frozenset(root(word) for word in words(sentence.text))
        if verb in own and terms <= own | _context(sentence, article):
            return None
        spoken_of = 3 * len(terms & own) >= 2 * len(terms)
        if found is None and opposites & own and spoken_of and not denied(sentence.text) & opposites:
            found = sentence
    return (found,) if found else None
