"""What a question asks for: its type, the noun asked for, its content words and names.

Rules only, from the words alone: capitals, question marks and correct spelling are not needed. English is understood in many forms;
Spanish, German and French by their question words, because the names and numbers in such a question still find the sentence.
"""

import re
from dataclasses import dataclass

from assistant import text as language
from assistant.schema import Question, QuestionType

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*", re.UNICODE)

_MISSPELT = {
    "wich": "which", "whcih": "which", "whihc": "which", "wihch": "which", "whch": "which", "witch": "which",
    "waht": "what", "wat": "what", "whta": "what", "wht": "what", "wath": "what", "whats": "what is", "wots": "what is",
    "wehn": "when", "whne": "when", "whn": "when", "wen": "when", "wheb": "when",
    "wher": "where", "whre": "where", "wehre": "where", "wheer": "where", "weher": "where", "wheres": "where is",
    "hwo": "how", "hw": "how", "hows": "how is", "howmany": "how many", "howmuch": "how much",
    "woh": "who", "whoo": "who", "whos": "who is", "whi": "why", "wy": "why", "whay": "why", "hwy": "why", "whys": "why is",
}  # fmt: skip
_MISSPELT_AFTER_HOW = {"mny": "many", "mani": "many", "amny": "many", "manny": "many", "mnay": "many", "mutch": "much", "mch": "much", "mcuh": "much", "muhc": "much"}  # fmt: skip

# Openings that say nothing of what is asked; stripped again and again, longest first.
_LEAD_IN = re.compile(
    r"(?:(?:hi|hello|hey|ok|okay|so|and|but|well|now|also|then|please|pls|thanks)\b[\s,!.:]*"
    r"|(?:can|could|would|will) you (?:please |kindly |maybe )?(?=tell|explain|say|give|show|list|name|describe|let|find|remind|help)"
    r"|(?:please |kindly )?(?:tell|remind|inform|show) (?:me|us)(?: again| please| exactly)?(?: about)?\b[\s,:]*"
    r"|let (?:me|us) know\b[\s,:]*"
    r"|help (?:me|us) (?:to )?(?:find out|understand)\b[\s,:]*"
    r"|find out\b[\s,:]*"
    r"|i(?:'d| would) (?:really )?(?:like|love) to (?:know|learn|understand|ask|find out)\b[\s,:]*(?:about\b)?\s*"
    r"|i(?:'m| am) (?:wondering|curious|interested|asking)(?: about| in| to know)?\b[\s,:]*"
    r"|i (?:just )?(?:want|wanted|need|wish) to (?:know|learn|understand|ask|find out)\b[\s,:]*(?:about\b)?\s*"
    r"|i (?:was )?(?:wonder|wondering)\b[\s,:]*"
    r"|i (?:do not|don't) (?:know|understand)\b[\s,:]*"
    r"|my question is\b[\s,:]*|question\s*:\s*"
    r"|what i (?:want|would like|need) to know is\b[\s,:]*"
    r"|(?:do|does|did) (?:you|we|they|anyone|anybody|the (?:article|text|story|report|piece|author|documents?|sources?))"
    r" (?:know|remember|say|mention|state|explain|tell us|tell me|report|specify)\b(?= (?:who|whom|whose|what|when|where|which|why|how|if|whether)\b)\s*"
    r"|is it (?:known|clear|said|stated|mentioned|reported)\b(?= (?:who|whom|whose|what|when|where|which|why|how|if|whether)\b)\s*"
    r"|any (?:idea|word|clue)\b(?= (?:who|whom|whose|what|when|where|which|why|how|if|whether)\b)\s*"
    r"|according to (?:the|this) (?:article|text|story|report|piece|passage|documents?|sources?)\b[\s,:]*"
    r"|in (?:the|this) (?:article|text|story|report|piece|passage)\b[\s,:]*"
    r"|about\b\s*(?=(?:who|whom|whose|what|when|where|which|why|how)\b))",
)

_ENGLISH = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b")
_SUBORDINATE = re.compile(r"(?:when|while|where|since|after|before|as|if|although|once)\b[^,?]{3,120}, ?(?=(?:to |in |at |by |for |from |of |on |with )?(?:who|whom|whose|what|when|where|which|why|how)\b)")  # fmt: skip

_SAY = (
    r"(?:say|says|said|saying|claim|claims|claimed|argue|argues|argued|tell|tells|told|call|calls|called|think|thinks|thought"
    r"|respond|responds|responded|reply|replies|replied|react|reacts|reacted|answer|answers|answered|comment|comments|commented"
    r"|deny|denies|denied|warn|warns|warned|announce|announces|announced|insist|insists|insisted|suggest|suggests|suggested"
    r"|write|writes|wrote|accuse|accuses|accused|criticise|criticize|criticised|criticized|complain|complains|complained|quoted|stated|describe|describes|described)"
)
_AUX = r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)"
_NEGATED_AUX = r"(?:isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|can't|cannot|couldn't|won't|wouldn't|shouldn't|mightn't|mustn't)"
_PERSON = (
    r"(?:person|man|woman|boy|girl|individual|official|officer|politician|president|king|queen|emperor|leader|mayor|governor|senator"
    r"|minister|author|writer|poet|singer|musician|actor|actress|director|player|scientist|inventor|philosopher|general|commander|judge"
    r"|lawyer|journalist|reporter|spokesman|spokeswoman|spokesperson|attorney|sheriff|chief|duke|ruler|monarch|pope|bishop|artist"
    r"|engineer|physicist|mathematician|economist|historian|explorer|founder|owner|chairman|chairwoman|ceo)"
)
_PLACE = r"(?:place|country|city|town|village|state|county|province|region|area|location|continent|island|street|district|neighbou?rhood|venue|site)"
_TIME = r"(?:year|date|day|month|week|weekday|century|decade|time|hour|period|era|season)"
_MEASURE = r"(?:long|old|far|tall|big|large|fast|quick|quickly|deep|wide|high|heavy|often|frequently|hot|cold|young|small|short|soon|recently|early|late|likely|expensive|strong|powerful)"
_LOOSE = r"(?:(?:the|a|an|this|that|his|her|its|their|exact|total|current|main|specific|first|last|what|which|full|approximate|original) ){0,4}"

# First match wins; each is tried where the question begins, after the lead-in.
_TYPES: tuple[tuple[QuestionType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("who-said", rf"(?:by |to )?(?:who|whom|which {_PERSON})(?: \w+){{0,2}}? (?:has |have |had )?(?:said|says|say|called|calls|claimed|claims|argued|argues|warned|warns|stated|states|denied|denies|announced|described|accused|criticised|criticized|complained|insisted|suggested|commented|wrote that|told)\b"),
        ("who-said", rf"what (?:do|does|did|has|have|had|is|was|are|were|would)(?: \S+){{1,8}}? {_SAY}\b(?! to do\b)"),
        ("who-said", rf"how (?:do|does|did|has|have|had)(?: \S+){{1,8}}? (?:respond|responded|react|reacted|reply|replied|describe|described|answer|answered|comment|commented|call|called|explain|justify|defend)\b"),
        ("who-said", r"what (?:is|was|were|are) (?:\S+ ){1,6}?(?:response|reaction|reply|comment|comments|statement|opinion|view|position|criticism|explanation|quote)\b"),
        ("who-said", r"(?:according to (?:who|whom)\b|whose (?:words?|opinion|statement|quote|view)\b)"),
        ("how-many", rf"(?:in |for |to |of |by |from |on |with |at |about )?how many\b|{_LOOSE}(?:number|count|population|tally|death toll)\b"),
        ("how-many", rf"what(?:'s| is| was| are| were) {_LOOSE}(?:number|count|population|tally|death toll)\b"),
        ("how-much", rf"(?:in |for |to |of |by |from |on |with |at |about )?how (?:much|{_MEASURE})\b"),
        ("how-much", rf"(?:by |at )?(?:{_LOOSE}|what(?:'s| is| was| are| were) {_LOOSE})(?:percentage|percent|per cent|share|proportion|fraction|amount|price|cost|costs|budget|salary|age|length|height|width|weight|size|distance|duration|speed|temperature|rate|value|sum)\b"),
        ("why", r"(?:why\b|for (?:what|which) (?:reason|reasons|purpose)\b|how come\b|what(?:'s| is| was| were| are)? ?(?:the |a |his |her |its |their )?(?:main |primary |real )?(?:reason|reasons|cause|causes|purpose|motive|motivation|rationale|grounds)\b|what (?:caused|causes|led to|made|makes|prompted|motivated)\b|(?:the )?reasons? (?:for|why|of)\b)"),
        ("when", rf"(?:(?:in|on|at|by|since|until|during|from|for|around) )?(?:when\b|(?:what|which) (?:\w+ )?{_TIME}\b)|what(?:'s| is| was) {_LOOSE}(?:date|year|day|time|deadline)\b|(?:the )?(?:date|year|deadline) of\b"),
        ("where", rf"(?:(?:in|at|to|from|near|into|through) )?(?:where\b|(?:what|which) (?:\w+ )?{_PLACE}\b)|what(?:'s| is| was) {_LOOSE}(?:location|capital|birthplace|hometown|address)\b"),
        ("who", rf"(?:(?:by|to|for|from|of|with|against|about|on) )?(?:who|whom|whose)(?:'s)?\b|(?:(?:by|to|for|from|of|with) )?(?:what|which) (?:\w+ )?{_PERSON}\b|what(?:'s| is| was) (?:the |an? )?name of (?:the |an? )?(?:\w+ ){{0,2}}{_PERSON}\b|what(?:'s| is| was) the (?:\w+ )?{_PERSON}'s (?:full |last |first )?name\b|(?:the )?name of (?:the |an? )?(?:\w+ ){{0,2}}{_PERSON}\b"),
        ("definition", r"(?:define|definition of|the definition of|meaning of|the meaning of|what(?:'s| is| was) (?:the )?(?:definition|meaning) of)\b|what (?:do|does|did) (?:\S+ ){1,5}(?:mean|stand for|refer to)\b|(?:explain|describe) what (?:\S+ ){1,4}(?:is|are|means?)\b"),
        ("list", r"(?:list|enumerate|name (?:all|the|some|every|two|three|four|five)|give (?:me |us )?(?:a list|the list|the names|all|examples)|(?:what|which) (?:are|were) (?:all|some|the (?:two|three|four|five|six|seven|eight|nine|ten|various|different|names))|(?:what|which) (?:two|three|four|five|six|seven|eight|nine|ten|all)\b|all (?:the |of the )?\w+s\b)"),
        ("how", r"(?:by what means\b|in what (?:way|manner)\b|how\b|explain how\b)"),
        ("yes-no", rf"(?:whether|if|is it true|true or false)\b|(?:{_AUX}|{_NEGATED_AUX})\b"),
        ("what", r"(?:what|which)\b"),
    )
)  # fmt: skip

_FOREIGN: tuple[tuple[QuestionType, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("who-said", r"(?:qui[eé]n(?:es)?(?: lo)? (?:dijo|dice|dijeron|afirm[oó])|wer (?:sagt|sagte|hat [^?]{1,80}gesagt)|qui (?:a dit|dit|disait|affirme)|qu[eé] (?:dijo|dice|dijeron|opina|respondi[oó])|was (?:sagt|sagte|hat [^?]{1,80}(?:gesagt|geantwortet))|qu'(?:a dit|a r[eé]pondu|a-t-(?:il|elle) dit))\b"),
        ("how-many", r"(?:cu[aá]nt[oa]s|wie ?viele|combien d(?:e|'))\b|combien d'"),
        ("how-much", r"(?:cu[aá]nt[oa]|wie ?viel|wie (?:lange?|hoch|gro[sß]+|alt|weit|teuer|oft)|combien)\b"),
        ("why", r"(?:(?:por|para) qu[eé]|warum|weshalb|wieso|wozu|pourquoi)\b"),
        ("when", r"(?:cu[aá]ndo|wann|quand|(?:en )?qu[eé] (?:a[nñ]o|fecha|d[ií]a)|(?:in )?welche[mnrs]? (?:jahr|tag|monat|datum)|(?:en )?quelle (?:ann[eé]e|date)|quel jour)\b"),
        ("where", r"(?:(?:a|de|en)?d[oó]nde|wo(?:her|hin)?|o[uù]|(?:en )?qu[eé] (?:ciudad|pa[ií]s|lugar)|(?:in )?welche[mnrs]? (?:stadt|land|ort)|(?:dans )?quel(?:le)? (?:ville|pays))\b"),
        ("who", r"(?:(?:a|de|con|por|para) )?qui[eé]n(?:es)?\b|(?:wer|wen|wem|wessen)\b|(?:(?:[aà]|de|par|avec|pour) )?qui\b"),
        ("list", r"(?:cu[aá]les (?:son|fueron)|qu[eé] (?:ciudades|pa[ií]ses|personas)|welche (?!stadt|person)\w+(?:n|e|er|s)\b|quel(?:le)?s\b|nenne|liste|enumera)\b"),
        ("definition", r"(?:was bedeutet|qu[eé] significa|que signifie|qu[eé] es (?:un|una|el|la)|was ist (?:ein|eine)|qu'est-ce qu'une?)\b"),
        ("how", r"(?:c[oó]mo|wie|comment)\b"),
        ("what", r"(?:qu[eé]|cu[aá]l(?:es)?|was|welche[mnrs]?|qu'|quel(?:le)?s?|quoi)\b|qu'"),
        ("yes-no", r"(?:est-ce|es|son|fue|ha|han|est[aá]n?|hay|puede|ist|sind|hat|haben|war|waren|wird|werden|kann|k[oö]nnen|darf|muss|est|sont|a-t-\w+|ont-\w+|gibt es|y a-t-il)\b"),
    )
)  # fmt: skip

_FUNCTION_WORDS = {
    "en": frozenset("the of and to in is are was were did does do has have had for on by with that what who which when where why how many much it this from at be their his a an can not".split()),
    "es": frozenset("el la los las de del que qué y en es son fue un una por para con se su sus cuántos cuántas cuánto quién quiénes cuándo dónde cómo cuál cuáles al lo no ha han quien cuando donde como cual cuantos cuantas porque".split()),
    "de": frozenset("der die das den dem des und in ist sind war wer wie viele wann wo warum was welche hat haben ein eine einen zu von mit für auf nicht sich wurde wurden im bekommen wen wem".split()),
    "fr": frozenset("le la les de des du et en est sont que qui quand où pourquoi combien comment quelle quelles quel quels a ont un une pour dans sur il elle au aux ne pas se ce cette ses".split()),
}  # fmt: skip

_ASKING = frozenset(
    "who whom whose what when where which why how many much list name tell give explain describe define know people article say says mean".split()
    + "quién quien quiénes quienes cuándo cuando dónde donde cuántos cuantos cuántas cuantas cuánto cuanto qué que cómo como cuál cual cuáles wer wen wem wann wo wie viele viel warum was welche welcher welches qui quand où combien pourquoi comment quel quelle quels quelles".split()
) - {"people"}  # fmt: skip
_GROUP_END = re.compile(
    rf"(?:{_AUX}|{_NEGATED_AUX}|of|in|on|at|for|to|from|by|with|that|who|which|about|against|between|during|after|before|under|over|into|than|as|and|or"
    r"|got|get|gets|received|receive|said|say|says|made|make|makes|took|take|takes|went|came|come|comes|gave|give|gives|sent|send|sends|led|lead|leads|won|lost|began|held|became|caused|the|a|an|this|these|those|he|she|it|they|we|you|i|there|him|her|his|its|their|not)$"
)
_NOT_PLURAL = re.compile(r"(?:.*(?:ss|us|is|ous|ics|news|series|species|means|gas|bus|lens)|has|does|was|is|happens|causes|makes|goes|comes|leads|says|becomes|allows|gives|takes|helps|lies|remains|determines|connects|separates|'s)$")
_PLURALS = frozenset("people men women children criteria phenomena media police".split())
_IMPERATIVE_LIST = re.compile(r"(?:list|enumerate|name|give)\b")


@dataclass(frozen=True)
class _Asked:
    """Where the asking words are: `before` them, and `rest` from them on, both lower case."""

    before: str
    rest: str


def analyse(text: str) -> Question:
    """Type, focus, content words and names of a standalone question in any of the forms people use."""
    plain = _plain(text)
    tongue = _tongue(plain)
    asked = _asked(_repair(_strip_lead_in(plain))) if tongue == "en" else _Asked("", plain.lstrip("¿¡ "))
    kind = _type(asked, tongue)
    focus = _focus(asked.rest)
    if kind == "what" and tongue == "en":
        kind = _refine_what(asked.rest, focus)
    elif kind in {"where", "who"} and _plural_group(asked.rest):
        kind = "list"
    terms = tuple(word for word in language.content_words(_strip_lead_in(plain)) if word not in _ASKING and word not in _MISSPELT)
    return Question(text=text, type=kind, focus=focus, terms=terms, names=_names(text))


def expected(question: Question) -> frozenset[str]:
    """Kinds of answer that would fit: `person`, `place`, `name` or kinds of `text.Quantity`; empty when the type fixes none."""
    lead = " ".join(_WORD.findall(question.text.lower().replace("’", "'"))[:12])
    match question.type:
        case "who":
            return frozenset({"person"})
        case "where":
            return frozenset({"place"})
        case "when":
            return frozenset({"time", "date"}) if re.search(r"\b(?:what|which) (?:time|hour)\b", lead) else frozenset({"date"})
        case "how-many":
            return frozenset({"number"})
        case "how-much":
            return _expected_measure(lead)
        case _:
            return frozenset()


_MEASURES = (
    (re.compile(r"percent|per cent|proportion|share|fraction"), frozenset({"percent", "number"})),
    (re.compile(r"how long|duration|how old|\bage\b|how often|frequen|how soon|how recent"), frozenset({"duration", "date", "number", "measure"})),
    (re.compile(r"how much (?:money|did|does|do|is|was|were|will|would)|price|cost|budget|salary|paid|pay|spen[dt]|worth"), frozenset({"money", "percent", "number", "measure"})),
)  # fmt: skip


def _expected_measure(lead: str) -> frozenset[str]:
    for pattern, kinds in _MEASURES:
        if pattern.search(lead):
            return kinds
    return frozenset({"number", "money", "percent", "measure", "duration"})


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").replace("‘", "'").split())[:2000]


def _tongue(plain: str) -> str:
    """The language with most function words; English when none is ahead."""
    found = _WORD.findall(plain)
    scores = {tongue: sum(word in words for word in found) for tongue, words in _FUNCTION_WORDS.items()}
    best = max(scores, key=lambda tongue: scores[tongue])
    return best if scores[best] > scores["en"] or "¿" in plain else "en"


def _strip_lead_in(plain: str) -> str:
    """Without greetings, "can you tell me", "I'd like to know" and the like."""
    rest = plain
    while match := _LEAD_IN.match(rest):
        if not match.end() or not rest[match.end() :].strip(" ?.!"):
            return rest
        rest = rest[match.end() :]
    return rest


def _repair(plain: str) -> str:
    """Question words among the first four words as they were meant to be spelt."""
    words = plain.split(" ")
    for i, word in enumerate(words[:4]):
        bare = word.strip("?,.!:")
        if bare.endswith("'s") and _ENGLISH.fullmatch(bare[:-2]):
            words[i] = bare[:-2] + " is"
        elif bare in _MISSPELT and not (bare == "witch" and i > 0):
            words[i] = _MISSPELT[bare]
        elif i and words[i - 1] == "how" and bare in _MISSPELT_AFTER_HOW:
            words[i] = _MISSPELT_AFTER_HOW[bare]
    if words[0] == "who" and len(words) > 1 and words[1] in {"many", "much"}:
        words[0] = "how"
    return " ".join(words)


_PREPOSITION = re.compile(r"(?:in|on|at|by|to|for|from|of|with|since|until|during|into|through|against|under|about|around|near|according to)$")
_NOUN_FIRST = re.compile(rf"(?:{_LOOSE})(?:number|count|population|percentage|share|amount|price|cost|budget|reasons?|cause|date|year|deadline|name|names|definition|meaning|death toll)\b")
_AUX_FIRST = re.compile(rf"(?:{_AUX}|{_NEGATED_AUX}|whether|if|is it true)\b")


def _asked(plain: str) -> _Asked:
    """Split before the words that ask, so that "after the vote, who …" and "… is located where" are understood."""
    if match := _SUBORDINATE.match(plain):
        return _Asked(plain[: match.end()], plain[match.end() :])
    if _AUX_FIRST.match(plain) or _NOUN_FIRST.match(plain) or _IMPERATIVE_LIST.match(plain):
        return _Asked("", plain)
    match = _ENGLISH.search(plain)
    if not match:
        return _Asked("", plain)
    start = match.start()
    before = plain[:start].rstrip(" ,")
    if (preposition := _PREPOSITION.search(before)) and (preposition.start() == 0 or before[preposition.start() - 1] == " "):
        start = preposition.start()
    return _Asked(plain[:start], plain[start:])


def _type(asked: _Asked, tongue: str) -> QuestionType:
    table = _TYPES if tongue == "en" else _FOREIGN
    for kind, pattern in table:
        if pattern.match(asked.rest):
            return kind
    return "what"


def _group(rest: str) -> list[str]:
    """Words of the noun phrase right after the question word: `which two cities` -> [two, cities]."""
    rest = re.sub(r"^(?:list|enumerate|name|give me|give|in|on|at|by|to|for|from|of|with)\s+(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:names of (?:the )?)?", "", rest)
    rest = re.sub(r"^(?:what|which)(?:'s)?(?: (?:is|are|was|were|kinds?|types?|sorts?)(?: (?:the|a|an|all|some|of))*)? |^how many |^how much |^whose ", "", rest)
    group: list[str] = []
    for word in _WORD.findall(rest)[:6]:
        if _GROUP_END.match(word) or (group and word.endswith("ed")) or (group and _plural(group[-1])):
            break
        group.append(word)
    return group


def _focus(rest: str) -> str | None:
    if not re.match(r"(?:\w+ )?(?:what|which|whose|how m)|list|enumerate|name|give", rest):
        return None
    group = _group(rest)
    return group[-1] if group else None


def _plural(word: str) -> bool:
    return word in _PLURALS or (len(word) > 3 and word.endswith("s") and not _NOT_PLURAL.match(word))


def _plural_group(rest: str) -> bool:
    """`which cities`, `what officials`: more than one is asked for."""
    if not re.match(r"(?:\w+ )?(?:what|which) ", rest) or re.match(r"(?:what|which) (?:is|was)\b", rest):
        return False
    group = _group(rest)
    # A last word that only looks plural is the verb: "which law applies?"
    ends_there = len(group) > 1 and rest.rstrip(" ?.!").endswith(group[-1])
    return any(_plural(word) for word in (group[:-1] if ends_there else group))


def _refine_what(rest: str, focus: str | None) -> QuestionType:
    """`what` questions that ask for a list or for what something is."""
    after = _WORD.findall(rest)[1:]
    if not after:
        return "what"
    if after[0] in {"is", "are", "was", "were"}:
        tail = after[1:]
        if tail[:1] and tail[0] in {"a", "an"} and len(tail) <= 5:
            return "definition"
        if after[0] in {"are", "were"} and tail[:1] == ["the"] and focus and _plural(focus):
            return "list"
        bare = [word for word in tail if word not in {"the", "this", "that"}]
        if 0 < len(bare) <= 3 and not any(re.fullmatch(r"of|in|for|to|on|at|by|from|\w+ed|\w+'s|\w+ing|name|it|he|she|they|there|happening|next|wrong|new", word) for word in bare):
            return "definition"
        return "what"
    if _plural_group(rest) and focus and len(after) > 1:
        position = after.index(focus) if focus in after else 0
        following = after[position + 1 : position + 2]
        if following and following[0] in {"the", "a", "an", "it", "him", "them", "to"} and rest.startswith("what"):
            return "what"
        return "list"
    return "what"


_NUMBER = re.compile(r"\d[\d.,:]*\d|\d")


def _names(text: str) -> tuple[str, ...]:
    """Proper names and quantities as written, in order, the question's own first word left out."""
    found: dict[str, None] = {}
    for name in language.names(text):
        bare = _strip_asking(name)
        if bare:
            found[bare] = None
    for quantity in language.quantities(text):
        found[quantity.text] = None
    covered = " ".join(found)
    for number in _NUMBER.findall(text):
        if number not in covered:
            found[number] = None
    return tuple(found)


_NOT_A_NAME = frozenset("is are was were am do does did has have had can could will would shall should may might must the a an in on at by to for from of with and or but if whether please hi hello i i'd i'm list name define explain describe".split()) | _ASKING


def _strip_asking(name: str) -> str:
    words = name.split()
    while words and words[0].lower().replace("’", "'") in _NOT_A_NAME:
        words = words[1:]
    return " ".join(words)
