"""False premises: what a question takes for granted and a sentence of the documents contradicts.

"Which five questions did it ask?" supposes five; "each letter asked three questions" corrects it. Number, denial and
opposite are read when the sentence speaks of everything that the question does: where it does not, the question is not
corrected but unanswered. Of the sentences that would be quoted first less is asked: a main clause that denies, or a
vote that was split, where the question takes the contrary for granted; of the very first, where the question is why
something happened, that it denies any of it.
"""

import re
from collections.abc import Iterator, Sequence

from assistant.neighbours import told_before
from assistant.schema import Article, Draft, DraftClaim, Evidence, Question, Sentence
from assistant.text import STOP_WORDS, grammar, names, words
from assistant.text.lexicon import OPPOSITES, root, root_set
from assistant.text.negation import denied, denies

MAX_CHECKED = 12
_NEAREST = 3
"""Sentences so near that a denial in them is one of what is asked."""
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


def correct(
    question: Question, evidence: Sequence[Evidence], first: Sequence[Sentence], article: Article
) -> Draft | None:
    """The sentence that contradicts what the question supposes; `None` when none plainly does.

    `first` are the same sentences in the order in which they would be quoted.
    """
    if question.type not in _SUPPOSES or not evidence or not first:
        return None
    sentences = [item.sentence for item in evidence[:MAX_CHECKED]]
    found = None
    for contradicts in (_other_count, _has_none, _denied, _opposite, _none_of_it):
        found = found or contradicts(question, sentences, article)
    if found is None:
        nearest = first[:_NEAREST]
        found = _flatly_denied(question, nearest) or _did_not_happen(question, nearest) or _split(question, nearest)
    if found is None:
        return None
    claims = tuple(DraftClaim(text=sentence.text, sentences=(sentence.id,)) for sentence in found)
    return Draft(claims=claims, premise="corrected", confidence=evidence[0].score)


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
    if question.type in _COUNTS_OR_SUMS or denies(question.text) or _ASKS_WORDS.search(question.text):
        return None
    supposed = _predicate(question)
    if not supposed:
        return None
    terms = _terms(question)
    found: list[Sentence] = []
    for sentence in sentences:
        own = frozenset(root(word) for word in words(sentence.text))
        if not supposed <= own or _NO_PLAIN_DENIAL.search(sentence.text):
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


_NONE = re.compile(
    r"\b(\w+) (?:nobody|no[ -]one|nothing|none)\b|\bno (?:\w+ )?(\w+)\b"
    r"|\b(?:nobody|no[ -]one|none(?: of \w+(?: \w+)?)?)(?: (?:has|have|had|was|were|is|are|been))+ (\w+)",
    re.I,
)


def _none_of_it(question: Question, sentences: Sequence[Sentence], article: Article) -> tuple[Sentence, ...] | None:
    """One of the nearest sentences that says nobody, nothing or none of what is asked for: "arrested nobody"."""
    if question.type == "who" or _knows_of_denial(question):
        return None
    terms = _terms(question) - _named(question)
    for sentence in sentences[:_NEAREST]:
        if _NO_PLAIN_DENIAL.search(sentence.text) or not _same_names(question, sentence):
            continue
        found = {root(word.lower()) for match in _NONE.finditer(sentence.text) for word in match.groups() if word}
        if found & terms:
            return (sentence,)
    return None


# --- the sentences quoted first --------------------------------------------------------------------------------------

_ASKS_WORDS = re.compile(r"\b(?:quote|exact|words?|line|say|said|says|tell|told|wrote|phrase)\b", re.I)
_KNOWS_OF_DENIAL = re.compile(
    r"\b(?:refus|reject|den(?:y|ied|ies)|drop|abandon|g[ai]ve up|stop|without|despite|still|turn(?:ed)? down|against"
    r"|oppos|lack|fail|block|forbid|forbade|prevent)",
    re.I,
)
_MAIN_DENIAL = re.compile(
    r"[^,;:“”\"]{0,90}?(?:\b(?:did|does|do|will|would|has|have|had|is|are|was|were|am|can|could|may) not\b|n['’]t\b"
    r"|\brefused to\b|\brejected\b|\bturned down\b|\b(?:has|have|had|made|found|gave|took|referred) no\b)"
    r"|[“\"]?(?:no|nobody|none)\b",
    re.I,
)
_CONDITION = re.compile(r"\b(?:if|unless|until|whether|that)\b", re.I)
_NO_PLAIN_DENIAL = re.compile(
    r"\buntil\b|(?:not|n['’]t) (?:yet|known|clear|certain|sure|say|said|decide|oppose|object|rule out|deny|refuse)\b",
    re.I,
)
_UNANIMOUS = re.compile(r"\bunanim|\ball (?:of )?the (?:members|commissioners|councillors|judges)\b", re.I)
_VOTES = re.compile(r"\b\w+ (?:to|against|votes to) (?P<against>\w+)\b", re.I)


_ASKS_CAUSE = re.compile(
    r"\b(?:why|how did|how come|on what grounds|what (?:made|persuaded|led|convinced|prompted|caused|drove))\b", re.I
)
_IN_FAVOUR = re.compile(
    r"\b(?:accept|agree|approv|adopt|endors|support)\w*|\b(?:backed|backs|backing|favou?r|vote[sd]? for)\b"
    r"|\bto back\b(?! in)",
    re.I,
)
_AGAINST = re.compile(
    r"\b(?:vot\w+|was|were|is|are|came out|spoke) against\b|\b(?:turned|voted) (?:it )?down\b|\bopposed?\b", re.I
)


def _flatly_denied(question: Question, nearest: Sequence[Sentence]) -> tuple[Sentence, ...] | None:
    """One of the nearest sentences whose main clause denies what the question is about."""
    if question.type == "who" or _knows_of_denial(question):
        return None
    supposed = _predicate(question)
    for sentence in nearest:
        match = _MAIN_DENIAL.match(sentence.text)
        if match is None or _CONDITION.search(match.group()):
            continue
        under = _denied_of_asked(question, sentence)
        if len(_terms(question) & under) >= 2 or (supposed and supposed <= under):
            return (sentence,)
    return None


def _did_not_happen(question: Question, nearest: Sequence[Sentence]) -> tuple[Sentence, ...] | None:
    """The nearest sentence, where it denies anything of that whose cause is asked for, or tells of a vote against."""
    if not _ASKS_CAUSE.match(question.text) or _knows_of_denial(question):
        return None
    sentence = nearest[0]
    if _terms(question) & _denied_of_asked(question, sentence):
        return (sentence,)
    turned = _IN_FAVOUR.search(question.text) and _AGAINST.search(sentence.text)
    return (sentence,) if turned and not _IN_FAVOUR.search(sentence.text) and _same_names(question, sentence) else None


def _knows_of_denial(question: Question) -> bool:
    return any(pattern.search(question.text) for pattern in (_ASKS_WORDS, _KNOWS_OF_DENIAL)) or denies(question.text)


def _denied_of_asked(question: Question, sentence: Sentence) -> frozenset[str]:
    """Roots that the sentence denies, names apart; none where it speaks of others than the question does."""
    if _NO_PLAIN_DENIAL.search(sentence.text):
        return frozenset()
    return denied(sentence.text) - _named(question) if _same_names(question, sentence) else frozenset()


def _named(question: Question) -> frozenset[str]:
    return frozenset(root(word) for name in question.names for word in words(name))


def _same_names(question: Question, sentence: Sentence) -> bool:
    """Whether a name of the question is in the sentence, or one of both has no names."""
    named = _named(question)
    told_of = {root(word) for name in names(sentence.text) for word in words(name)}
    return not named or not told_of or bool(named & told_of)


def _split(question: Question, nearest: Sequence[Sentence]) -> tuple[Sentence, ...] | None:
    """One of the nearest sentences that tells of votes against, where the question supposes none."""
    if not _UNANIMOUS.search(question.text):
        return None
    for sentence in nearest:
        votes = [number for match in _VOTES.finditer(sentence.text) if (number := _number(match["against"]))]
        if votes and "vot" in sentence.text and not _UNANIMOUS.search(sentence.text):
            return (sentence,)
    return None
