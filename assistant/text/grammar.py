"""English as far as fixed sentences need it: verb forms, and a question turned into what is asked.

"When did the mayor sign it?" asks "when the mayor signed it". Where the rules cannot tell the subject from the rest,
they say nothing rather than something ungrammatical. Pure functions.
"""

import re

from assistant.text.remembered import remembered


def word_set(words: str) -> frozenset[str]:
    """The words of a string, separated by spaces and lines."""
    return frozenset(words.split())


_COUNTING = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty
"""
NUMBER_OF = {word: number for number, word in enumerate(_COUNTING.split())}
"""Small numbers by their words."""
_IRREGULAR_FORMS = """
    be was been / beat beat beaten / become became become / begin began begun / bend bent bent / bind bound bound
    bite bit bitten / bleed bled bled / blow blew blown / break broke broken / bring brought brought
    broadcast broadcast broadcast / build built built / buy bought bought / catch caught caught
    choose chose chosen / come came come / cost cost cost / cut cut cut / deal dealt dealt / dig dug dug
    do did done / draw drew drawn / drink drank drunk / drive drove driven / eat ate eaten / fall fell fallen
    feed fed fed / feel felt felt / fight fought fought / find found found / flee fled fled / fly flew flown
    forbid forbade forbidden / forget forgot forgotten / freeze froze frozen / get got got / give gave given
    go went gone / grow grew grown / hang hung hung / have had had / hear heard heard / hide hid hidden
    hit hit hit / hold held held / hurt hurt hurt / keep kept kept / know knew known / lay laid laid
    lead led led / leave left left / lend lent lent / let let let / lie lay lain / lose lost lost / make made made
    mean meant meant / meet met met / overturn overturned overturned / pay paid paid / put put put
    quit quit quit / read read read / ride rode ridden / ring rang rung / rise rose risen / run ran run
    say said said / see saw seen / seek sought sought / sell sold sold / send sent sent / set set set
    shake shook shaken / shoot shot shot / show showed shown / shut shut shut / sing sang sung / sink sank sunk
    sit sat sat / sleep slept slept / speak spoke spoken / spend spent spent / split split split
    spread spread spread / stand stood stood / steal stole stolen / stick stuck stuck / strike struck struck
    swear swore sworn / swim swam swum / take took taken / teach taught taught / tell told told
    think thought thought / throw threw thrown / understand understood understood / undergo underwent undergone
    wake woke woken / wear wore worn / win won won / withdraw withdrew withdrawn / withhold withheld withheld
    write wrote written / rebuild rebuilt rebuilt / overcome overcame overcome / undo undid undone
"""
IRREGULAR = {
    base: (past, participle)
    for base, past, participle in (line.split() for line in re.split(r"[/\n]", _IRREGULAR_FORMS) if line.strip())
}
"""Past and participle by base form."""
_REGULAR = word_set(
    """
    accept access accuse achieve add address admit adopt advise affect agree allow announce answer appeal appear
    apply appoint approve argue arrest arrive ask assess attack attempt attend award back ban base believe
    belong block book borrow call campaign cancel carry cause challenge change charge chase cite claim close
    collaborate collapse collect comment commit compare complain complete comply concern conclude condemn
    conduct confirm connect consider consist contact contain continue contribute control cooperate cost cover
    create criticise criticize cross damage decide declare decline defeat defend define delay delete deliver
    demand deny depend deport describe deserve design designate destroy detain determine develop die differ
    direct disappear discover discuss dismiss dispute donate double drop earn elect employ enable encourage end
    endorse enforce enlist ensure enter erect escape establish estimate evacuate evaluate examine exceed exist
    expand expect explain explode express extend face fail favor favour file fill finance fine finish fire focus
    follow force form found fund gain govern grant greet guarantee handle happen hate head help hire honor
    honour hope host identify ignore impact implement imply impose improve include increase indicate inform
    injure inspect install intend introduce invent invest investigate invite involve issue join jail judge jump
    justify kick kill label lack land last launch learn limit link list live load locate look love maintain
    manage mark marry matter measure mention miss move murder name need negotiate note notice notify obey object
    obtain occur offer open operate oppose order organise organize originate outlaw own paint participate pass
    perform persuade place plan plant play please plead point possess postpone praise predict prefer prepare
    present prevent print proceed process produce prohibit promise promote prompt propose prosecute protect
    protest prove provide publish pull punish purchase push qualify question raise rank reach react realise
    realize rebuff receive recognise recognize recommend record recover reduce refer refuse regard reject relate
    release rely remain remember remove rent repair repeal replace reply report represent request require
    rescind rescue resign resolve respond restore restrict result resume retire return reveal reverse review
    rule sanction save schedule score search secure select separate serve settle share shift sign single solve
    sound speculate sponsor start state stay stop stretch struggle study submit succeed sue suffer suggest
    support suppose surround survive suspect suspend target tend terminate test testify thank threaten total
    touch tour train transfer translate travel treat trigger try turn unite urge use value vanish vary veto view
    violate visit vote vow wait walk want warn wash waste watch weigh welcome wish withstand witness wonder work
    worry wound yield
    """
)
VERBS = _REGULAR | IRREGULAR.keys()
"""Base forms that are taken for a verb where one is due."""
_DOUBLED = word_set(
    """
    admit ban bar beg commit control drop equip occur permit plan prefer refer regret rob stop strip submit transfer
    trap veto
    """
)
SAME_PAST = frozenset(verb for verb, forms in IRREGULAR.items() if verb in forms)
"""Verbs that may be their own past: `cost`, `cut`, `read`."""
_PAST_TO_BASE = {past: base for base, (past, _) in IRREGULAR.items()} | {p: base for base, (_, p) in IRREGULAR.items()}

_AUXILIARY = re.compile(
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|may|might|must|shall|should)(n[’']t)?$", re.I
)
_BE = frozenset({"is", "are", "was", "were"})
_DO = frozenset({"do", "does", "did"})
_HAVE = frozenset({"has", "have", "had"})
_WH = re.compile(r"(?:who|whom|whose|what|which|when|where|why|how)$", re.I)
_FRONTED = word_set(
    """
    in on at to for from by with of under since until through during about against into within
    """
)
_PRONOUNS = word_set(
    """
    i you he she it we they this that these those there anyone anybody someone everyone
    """
)
_DETERMINERS = word_set(
    """
    the a an this that these those its his her their our my your any some all each every both no many most several
    """
)
_INSIDE = word_set(
    """
    of and or the 's & de
    """
)
_AFTER_SUBJECT = word_set(
    """
    a an the not n't also still ever never already really now only in on at to for from by with under since
    until through about against into within than as like able likely because if when while where there here true
    false right wrong
    """
)
_QUANTITY_WH = re.compile(r"^(?:how (?:many|much)|which|what|whose)\b", re.I)


_AUXILIARY_FORMS = {"is": "be", "are": "be", "am": "be", "were": "be", "has": "have"}


def past(verb: str) -> str:
    """Simple past of a base form: `sign` to `signed`, `send` to `sent`."""
    return IRREGULAR[verb][0] if verb in IRREGULAR else _regular_past(verb)


def participle(verb: str) -> str:
    """Past participle of a base form."""
    return IRREGULAR[verb][1] if verb in IRREGULAR else _regular_past(verb)


def base(form: str) -> str | None:
    """Base form of a verb in the past or the third person; `None` when it is no form that is known."""
    form = form.lower()
    if form in VERBS:
        return form
    if form in _AUXILIARY_FORMS:
        return _AUXILIARY_FORMS[form]
    if form in _PAST_TO_BASE:
        return _PAST_TO_BASE[form]
    for ending, replacement in (
        ("ied", "y"),
        ("ed", ""),
        ("ed", "e"),
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ing", ""),
        ("ing", "e"),
    ):
        if form.endswith(ending) and (candidate := form.removesuffix(ending) + replacement) in VERBS:
            return candidate
    if form.endswith(("ed", "ing")):
        root = form.removesuffix("ed") if form.endswith("ed") else form.removesuffix("ing")
        if len(root) > 2 and root[-1] == root[-2] and root[:-1] in VERBS:
            return root[:-1]
    return None


def third_person(verb: str) -> str:
    """`cost` to `costs`, `apply` to `applies`."""
    if verb in {"have", "be"}:
        return {"have": "has", "be": "is"}[verb]
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


def indirect(question: str) -> str | None:
    """What a direct question asks, as it follows "do not say": "when Sessions signed it", "whether it is a grant".

    `None` when the rules cannot put it grammatically.
    """
    question = _CONTRACTED.sub(lambda match: f"{match[1]} is", question.strip(), count=1)
    tokens = question.rstrip("?!. ").split()
    if not 2 <= len(tokens) <= 40 or any(mark in question.rstrip("?!. ") for mark in "?!;\n"):
        return None
    first = tokens[0].lower()
    if _AUXILIARY.match(first):
        clause = _declarative(tokens[1:], first)
        # A subject that takes up the whole rest has swallowed what is asked of it: "are the cities safe".
        swallowed = clause is None or (first in _BE and clause.endswith(f" {first}"))
        return None if swallowed else f"whether {clause}"
    start = 1 if first in _FRONTED and len(tokens) > 2 else 0
    if not _WH.match(tokens[start]):
        return None
    at = next((i for i in range(start + 1, min(len(tokens), start + 9)) if _AUXILIARY.match(tokens[i])), None)
    opening = _lower_first(tokens[:at] if at else tokens)
    if at is None:
        return " ".join(opening)
    auxiliary, rest = tokens[at].lower(), tokens[at + 1 :]
    if not rest:
        return None
    if _is_subject(opening[start:], auxiliary, rest):
        return " ".join((*opening, auxiliary, *rest))
    if auxiliary in _HAVE and not any(_is_participle(token) for token in rest):
        return " ".join((*opening, auxiliary, *rest))
    clause = _declarative(rest, auxiliary)
    return " ".join((*opening, clause)) if clause else None


@remembered
def supposed(question: str) -> tuple[str, str, str] | None:
    """(subject, verb, remainder) of what a question with a question word takes for granted.

    "Why is the bridge closed?" supposes ("the bridge", "is", "closed"). `None` for yes-no questions, for those whose
    question word is the subject, and where the rules cannot tell the parts.
    """
    tokens = question.strip().rstrip("?!. ").split()
    start = 1 if tokens and tokens[0].lower() in _FRONTED else 0
    if len(tokens) < start + 3 or not _WH.match(tokens[start]):
        return None
    at = next((i for i in range(start + 1, min(len(tokens), start + 9)) if _AUXILIARY.match(tokens[i])), None)
    if at is None:
        return None
    auxiliary, rest = tokens[at].lower(), tokens[at + 1 :]
    if _is_subject([token.lower() for token in tokens[start:at]], auxiliary, rest):
        return None
    end = _verb_at(rest) if auxiliary in _DO else _subject_end(rest, auxiliary)
    if end is None or end >= len(rest):
        return None
    if auxiliary in _BE and not _is_participle(rest[end]):
        return " ".join(rest[:end]), auxiliary, " ".join(rest[end:])
    return " ".join(rest[:end]), rest[end].lower(), " ".join(rest[end + 1 :])


def _regular_past(verb: str) -> str:
    if verb in _DOUBLED:
        return verb + verb[-1] + "ed"
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2:-1] not in "aeiou":
        return verb[:-1] + "ied"
    return verb + "ed"


_CONTRACTED = re.compile(r"^(who|what|when|where|why|how)['’]s\b", re.I)


def _lower_first(tokens: list[str]) -> list[str]:
    return [tokens[0].lower(), *tokens[1:]]


def _is_subject(opening: list[str], auxiliary: str, rest: list[str]) -> bool:
    """Whether the question word is the subject, so that the order stays: "who was arrested", "how many are there"."""
    word = opening[0].lower()
    if auxiliary in _DO or word in {"when", "where", "why", "whom"}:
        return False
    if word == "how" and opening[1:2] not in (["many"], ["much"]):
        return False
    head = rest[0].lower()
    if head in _PRONOUNS:
        return False
    if auxiliary in _BE and head not in _DETERMINERS and not rest[0][0].isupper():
        return len(rest) > 1 or len(opening) > 1
    if auxiliary in _BE:
        # "Which city is the largest" against "what is the budget" and "which party is the mayor from".
        asks_subject = len(opening) > 1 and bool(_QUANTITY_WH.match(" ".join(opening)))
        return asks_subject and rest[-1].lower() not in _FRONTED
    return head not in _DETERMINERS and not rest[0][0].isupper()


def _declarative(rest: list[str], auxiliary: str) -> str | None:
    """Subject, verb, remainder in the order of a statement, from what follows a fronted auxiliary."""
    negated = auxiliary.endswith(("n't", "n’t"))
    auxiliary = auxiliary.removesuffix("n't").removesuffix("n’t")
    auxiliary = {"ca": "can", "wo": "will", "sha": "shall"}.get(auxiliary, auxiliary)
    if rest and rest[0].lower() == "not":
        return None
    at = _verb_at(rest) if auxiliary in _DO else _subject_end(rest, auxiliary)
    if at is None:
        return None
    if at == len(rest) and rest[-1].lower() in _FRONTED:
        at -= 1
    subject, after = rest[:at], rest[at:]
    if auxiliary not in _DO:
        return " ".join((*subject, auxiliary, *(["not"] if negated else []), *after))
    if negated or after[0].lower() == "not":
        return " ".join((*subject, auxiliary, *(["not"] if negated else []), *after))
    verb = after[0].lower()
    form = past(verb) if auxiliary == "did" else third_person(verb) if auxiliary == "does" else verb
    if verb == "be" or (verb == "have" and len(after) == 1):
        return None
    return " ".join((*subject, form, *after[1:]))


def _verb_at(rest: list[str]) -> int | None:
    """Where the base verb stands after `did`: the first known one that leaves a whole noun phrase before it."""
    if not rest:
        return None
    first = rest[0].lower()
    if first in _PRONOUNS and not (first in _DETERMINERS and len(rest) > 1 and rest[1].lower() not in VERBS):
        start = 1
    else:
        start = 2 if first in _DETERMINERS else 1
    inside = False
    for at in range(start, len(rest)):
        token = rest[at]
        # What follows "of" or "the" is a noun, also where it could be a verb: "the State of the", "of control".
        before = rest[at - 1].lower()
        noun_due = before in _DETERMINERS or before in {"of", "in", "and", "for"} or before.endswith(("'s", "’s"))
        inside = noun_due and not token[0].isupper()
        if not inside and token.lower() in VERBS and not token[0].isupper():
            # Of two in a row the first is a noun: "did the support last".
            second = at + 1 < len(rest) and rest[at + 1].lower() in VERBS and rest[at + 1].lower() not in SAME_PAST
            noun = second and token.lower() not in IRREGULAR and rest[0].lower() not in _PRONOUNS
            return at + 1 if noun else at
    return None


def _is_participle(token: str) -> bool:
    word = token.lower().strip(",'\"“”")
    return (
        bool(re.search(r"(?:ed|en)$", word) and base(word))
        or (word in _PAST_TO_BASE and word not in VERBS)
        or word in {"been", "had", "put", "set", "cut", "let", "come", "become", "run", "read", "hit"}
    )


def _subject_end(rest: list[str], auxiliary: str) -> int | None:
    """Where the subject ends before what `was` or `will` says of it."""
    if not rest:
        return None
    first = rest[0].lower()
    if first in _PRONOUNS and first not in {"this", "that", "these", "those"}:
        return 1
    start = 2 if first in _DETERMINERS else 1
    for at in range(start, len(rest)):
        token, word, before = rest[at], rest[at].lower().strip(",'\"“”"), rest[at - 1].lower()
        if before in _DETERMINERS or before in _INSIDE or (before in _FRONTED and word not in VERBS):
            continue
        if before.endswith(("'s", "’s")):
            continue
        if word == "that" and auxiliary in _BE and not rest[at - 1][0].isupper():
            return len(rest)
        if word in _INSIDE and word != "the":
            continue
        if auxiliary not in _BE and word in VERBS | {"be", "have"} and not token[0].isupper():
            return at
        named = at + 1 < len(rest) and rest[at + 1][0].isupper() and auxiliary in _BE
        if named and (word == "to" or (word in {"at", "by"} and any(map(_is_participle, rest[at + 1 :])))):
            continue
        if word in _AFTER_SUBJECT and word not in {"in", "for", "from", "on", "with"}:
            return at
        if re.search(r"(?:ed|ing|en)$", word) and base(word) and not token[0].isupper():
            return at
        if word in _PAST_TO_BASE and word not in VERBS and not token[0].isupper():
            return at
        if rest[at - 1][0].isupper() and not token[0].isupper() and word not in _FRONTED:
            return at
    if auxiliary in _BE:
        return len(rest)
    return None
