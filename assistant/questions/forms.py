"""The forms in which people ask: tables that `questions` reads. English in many, Spanish, German and French in some."""

import re

from assistant.schema import QuestionType

MISSPELT = {
    "wich": "which",
    "whcih": "which",
    "whihc": "which",
    "wihch": "which",
    "whch": "which",
    "witch": "which",
    "waht": "what",
    "wat": "what",
    "whta": "what",
    "wht": "what",
    "wath": "what",
    "whats": "what is",
    "wots": "what is",
    "wehn": "when",
    "whne": "when",
    "whn": "when",
    "wen": "when",
    "wheb": "when",
    "wher": "where",
    "whre": "where",
    "wehre": "where",
    "wheer": "where",
    "weher": "where",
    "wheres": "where is",
    "hwo": "how",
    "hw": "how",
    "hows": "how is",
    "howmany": "how many",
    "howmuch": "how much",
    "woh": "who",
    "whoo": "who",
    "whos": "who is",
    "whi": "why",
    "wy": "why",
    "whay": "why",
    "hwy": "why",
    "whys": "why is",
}
MISSPELT_AFTER_HOW = {
    "mny": "many",
    "mani": "many",
    "amny": "many",
    "manny": "many",
    "mnay": "many",
    "mutch": "much",
    "mch": "much",
    "mcuh": "much",
    "muhc": "much",
}

# Openings that say nothing of what is asked; stripped again and again, longest first.
LEAD_IN = re.compile(
    r"(?:(?:hi|hello|hey|ok|okay|so|and|but|well|now|also|then|please|pls|thanks)\b[\s,!.:]*"
    r"|(?:can|could|would|will) you (?:please |kindly |maybe )?(?=tell|explain|say|give|show"
    r"|list|name|describe|let|find|remind|help)"
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
    r"|(?:do|does|did) (?:you|we|they|anyone|anybody|the (?:article|text|story|report|piece"
    r"|author|documents?|sources?))"
    r" (?:know|remember|say|mention|state|explain|tell us|tell me|report|specify)\b(?= (?:who"
    r"|whom|whose|what|when|where|which|why|how|if|whether)\b)\s*"
    r"|is it (?:known|clear|said|stated|mentioned|reported)\b(?= (?:who|whom|whose|what|when"
    r"|where|which|why|how|if|whether)\b)\s*"
    r"|any (?:idea|word|clue)\b(?= (?:who|whom|whose|what|when|where|which|why|how|if|whether)\b)\s*"
    r"|according to (?:the|this) (?:article|text|story|report|piece|passage|documents?|sources?)\b[\s,:]*"
    r"|in (?:the|this) (?:article|text|story|report|piece|passage)\b[\s,:]*"
    r"|about\b\s*(?=(?:who|whom|whose|what|when|where|which|why|how)\b))",
)

ENGLISH = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how)\b")
SUBORDINATE = re.compile(
    r"(?:when|while|where|since|after|before|as|if|although|once)\b[^,?]{3,120}, ?(?=(?:to "
    r"|in |at |by |for |from |of |on |with )?(?:who|whom|whose|what|when|where|which|why"
    r"|how)\b)"
)

_SAY = (
    r"(?:say|says|said|saying|claim|claims|claimed|argue|argues|argued|tell|tells|told|call"
    r"|calls|called|think|thinks|thought"
    r"|respond|responds|responded|reply|replies|replied|react|reacts|reacted|answer|answers"
    r"|answered|comment|comments|commented"
    r"|deny|denies|denied|warn|warns|warned|announce|announces|announced|insist|insists"
    r"|insisted|suggest|suggests|suggested"
    r"|write|writes|wrote|accuse|accuses|accused|criticise|criticize|criticised|criticized"
    r"|complain|complains|complained|quoted|stated|describe|describes|described)"
)
AUX = r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)"
NEGATED_AUX = (
    r"(?:isn't|aren't|wasn't|weren't|don't|doesn't|didn't|hasn't|haven't|hadn't|can't|cannot"
    r"|couldn't|won't|wouldn't|shouldn't|mightn't|mustn't)"
)
_PERSON = (
    r"(?:person|man|woman|boy|girl|individual|official|officer|politician|president|king|queen"
    r"|emperor|leader|mayor|governor|senator"
    r"|minister|author|writer|poet|singer|musician|actor|actress|director|player|scientist"
    r"|inventor|philosopher|general|commander|judge"
    r"|lawyer|journalist|reporter|spokesman|spokeswoman|spokesperson|attorney|sheriff|chief"
    r"|duke|ruler|monarch|pope|bishop|artist"
    r"|engineer|physicist|mathematician|economist|historian|explorer|founder|owner|chairman|chairwoman|ceo)"
)
_PLACE = (
    r"(?:place|country|city|town|village|state|county|province|region|area|location|continent"
    r"|island|street|district|neighbou?rhood|venue|site)"
)
_TIME = r"(?:year|date|day|month|week|weekday|century|decade|time|hour|period|era|season)"
_MEASURE = (
    r"(?:long|old|far|tall|big|large|fast|quick|quickly|deep|wide|high|heavy|often|frequently"
    r"|hot|cold|young|small|short|soon|recently|early|late|likely|expensive|strong|powerful)"
)
LOOSE = (
    r"(?:(?:the|a|an|this|that|his|her|its|their|exact|total|current|main|specific|first|last"
    r"|what|which|full|approximate|original) ){0,4}"
)

# First match wins; each is tried where the question begins, after the lead-in.
_ENGLISH_FORMS: tuple[tuple[QuestionType, str], ...] = (
    (
        "who-said",
        rf"(?:by |to )?(?:who|whom|which {_PERSON})(?: \w+){{0,2}}? (?:has |have |had )?(?:said"
        rf"|says|say|called|calls|claimed|claims|argued|argues|warned|warns|stated|states|denied"
        rf"|denies|announced|described|accused|criticised|criticized|complained|insisted|suggested"
        rf"|commented|wrote that|told)\b",
    ),
    (
        "who-said",
        rf"what (?:do|does|did|has|have|had|is|was|are|were"
        rf"|would)(?: \S+){{1,8}}? {_SAY}\b(?! to do\b)",
    ),
    (
        "who-said",
        r"how (?:do|does|did|has|have|had)(?: \S+){1,8}? (?:respond|responded|react|reacted|reply"
        r"|replied|describe|described|answer|answered|comment|commented|call|called|explain"
        r"|justify|defend)\b",
    ),
    (
        "who-said",
        r"what (?:is|was|were|are) (?:\S+ ){1,6}?(?:response|reaction|reply|comment|comments"
        r"|statement|opinion|view|position|criticism|explanation|quote)\b",
    ),
    (
        "who-said",
        r"(?:give|quote|repeat|cite)(?: me| us)? (?:\S+ ){1,4}?(?:exact |own |very |precise )?words\b"
        r"|(?:give|quote)(?: me| us)? (?:the )?(?:exact )?words of\b",
    ),
    ("who-said", r"(?:according to (?:who|whom)\b|whose (?:words?|opinion|statement|quote|view)\b)"),
    (
        "how-many",
        rf"(?:in |for |to |of |by |from |on |with |at |about )?how many\b|{LOOSE}(?:number|count"
        rf"|population|tally|death toll)\b",
    ),
    ("how-many", rf"what(?:'s| is| was| are| were) {LOOSE}(?:number|count|population|tally|death toll)\b"),
    ("how-much", rf"(?:in |for |to |of |by |from |on |with |at |about )?how (?:much|{_MEASURE})\b"),
    (
        "how-much",
        rf"(?:by |at )?(?:{LOOSE}|what(?:'s| is| was| are| were) {LOOSE})(?:percentage|percent"
        rf"|per cent|share|proportion|fraction|amount|price|cost|costs|budget|salary|age|length"
        rf"|height|width|weight|size|distance|duration|speed|temperature|rate|value|sum)\b",
    ),
    (
        "how-much",
        r"what(?:'s|’s| is| was| are| were) (?:[\w'’-]+ ){1,4}?(?:percentage|share|amount|price|costs?|budget"
        r"|salary|length|height|width|weight|size|speed|temperature|rate|bill|fee|fare|fine|wage|turnover|debt)"
        r"(?=\s*\?|\s*$| (?:of|for|in|at|on|per|to)\b)",
    ),
    (
        "why",
        r"(?:why\b|for (?:what|which) (?:reason|reasons|purpose)\b|how come\b|what(?:'s| is| was"
        r"| were| are)? ?(?:the |a |his |her |its |their )?(?:main |primary |real )?(?:reason"
        r"|reasons|cause|causes|purpose|motive|motivation|rationale|grounds)\b|what (?:caused"
        r"|causes|led to|made|makes|prompted|motivated)\b|(?:the )?reasons? (?:for|why|of)\b)",
    ),
    (
        "when",
        rf"(?:(?:in|on|at|by|since|until|during|from|for|around) )?(?:when\b|(?:what"
        rf"|which) (?:\w+ )?{_TIME}\b)|at (?:what|which) (?:point|moment|stage)\b"
        rf"|what(?:'s| is| was) {LOOSE}(?:date|year|day|time|deadline)\b"
        r"|what(?:'s| is| was) (?:[\w'’-]+ ){1,4}?(?:deadline|cut-?off|due date)\b"
        r"|(?:the )?(?:date|year|deadline) of\b",
    ),
    (
        "where",
        rf"(?:(?:in|at|to|from|near|into|through) )?(?:where\b|(?:what|which) (?:\w+ )?{_PLACE}\b)"
        rf"|what(?:'s| is| was) {LOOSE}(?:location|capital|birthplace|hometown|address)\b",
    ),
    (
        "who",
        rf"(?:(?:by|to|for|from|of|with|against|about|on) )?(?:who|whom|whose)(?:'s)?\b|(?:(?:by|to"
        rf"|for|from|of|with) )?(?:what|which) (?:\w+ )?{_PERSON}\b|what(?:'s| is| was) (?:the "
        rf"|an? )?name of (?:the |an? )?(?:\w+ ){{0,2}}{_PERSON}\b|what(?:'s| is"
        rf"| was) the (?:\w+ )?{_PERSON}'s (?:full |last |first )?name\b|(?:the )?name of (?:the "
        rf"|an? )?(?:\w+ ){{0,2}}{_PERSON}\b",
    ),
    (
        "definition",
        r"(?:define|definition of|the definition of|meaning of|the meaning of|what(?:'s| is"
        r"| was) (?:the )?(?:definition|meaning) of)\b|what (?:do|does|did) (?:\S+ ){1,5}(?:mean"
        r"|stand for|refer to)\b|(?:explain|describe) what (?:\S+ ){1,4}(?:is|are|means?)\b",
    ),
    (
        "list",
        r"(?:list|enumerate|name (?:all|the|some|every|two|three|four|five)|give (?:me "
        r"|us )?(?:a list|the list|the names|all|examples)|(?:what|which) (?:are|were) (?:all|some"
        r"|the (?:two|three|four|five|six|seven|eight|nine|ten|various|different|names))|(?:what"
        r"|which) (?:two|three|four|five|six|seven|eight|nine|ten|all)\b|all (?:the "
        r"|of the )?\w+s\b)",
    ),
    ("how", r"(?:by what means\b|in what (?:way|manner)\b|how\b|explain how\b)"),
    ("yes-no", rf"(?:whether|if|is it true|true or false)\b|(?:{AUX}|{NEGATED_AUX})\b"),
    ("what", r"(?:what|which)\b"),
)

_FOREIGN_FORMS: tuple[tuple[QuestionType, str], ...] = (
    (
        "who-said",
        r"(?:qui[eé]n(?:es)?(?: lo)? (?:dijo|dice|dijeron|afirm[oó])|wer (?:sagt|sagte"
        r"|hat [^?]{1,80}gesagt)|qui (?:a dit|dit|disait|affirme)|qu[eé] (?:dijo|dice|dijeron"
        r"|opina|respondi[oó])|was (?:sagt|sagte|hat [^?]{1,80}(?:gesagt|geantwortet))|qu'(?:a dit"
        r"|a r[eé]pondu|a-t-(?:il|elle) dit))\b",
    ),
    ("how-many", r"(?:cu[aá]nt[oa]s|wie ?viele|combien d(?:e|'))\b|combien d'"),
    ("how-much", r"(?:cu[aá]nt[oa]|wie ?viel|wie (?:lange?|hoch|gro[sß]+|alt|weit|teuer|oft)|combien)\b"),
    ("why", r"(?:(?:por|para) qu[eé]|warum|weshalb|wieso|wozu|pourquoi)\b"),
    (
        "when",
        r"(?:cu[aá]ndo|wann|quand|(?:en )?qu[eé] (?:a[nñ]o|fecha|d[ií]a)"
        r"|(?:in )?welche[mnrs]? (?:jahr|tag|monat|datum)|(?:en )?quelle (?:ann[eé]e|date)"
        r"|quel jour)\b",
    ),
    (
        "where",
        r"(?:(?:a|de|en)?d[oó]nde|wo(?:her|hin)?|o[uù]|(?:en )?qu[eé] (?:ciudad|pa[ií]s|lugar)"
        r"|(?:in )?welche[mnrs]? (?:stadt|land|ort)|(?:dans )?quel(?:le)? (?:ville|pays))\b",
    ),
    (
        "who",
        r"(?:(?:a|de|con|por|para) )?qui[eé]n(?:es)?\b|(?:wer|wen|wem|wessen)\b|(?:(?:[aà]|de|par"
        r"|avec|pour) )?qui\b",
    ),
    (
        "list",
        r"(?:cu[aá]les (?:son|fueron)|qu[eé] (?:ciudades|pa[ií]ses|personas)|welche (?!stadt"
        r"|person)\w+(?:n|e|er|s)\b|quel(?:le)?s\b|nenne|liste|enumera)\b",
    ),
    (
        "definition",
        r"(?:was bedeutet|qu[eé] significa|que signifie|qu[eé] es (?:un|una|el|la)|was ist (?:ein"
        r"|eine)|qu'est-ce qu'une?)\b",
    ),
    ("how", r"(?:c[oó]mo|wie|comment)\b"),
    ("what", r"(?:qu[eé]|cu[aá]l(?:es)?|was|welche[mnrs]?|qu'|quel(?:le)?s?|quoi)\b|qu'"),
    (
        "yes-no",
        r"(?:est-ce|es|son|fue|ha|han|est[aá]n?|hay|puede|ist|sind|hat|haben|war|waren|wird|werden"
        r"|kann|k[oö]nnen|darf|muss|est|sont|a-t-\w+|ont-\w+|gibt es|y a-t-il)\b",
    ),
)

TYPES = tuple((kind, re.compile(pattern)) for kind, pattern in _ENGLISH_FORMS)
FOREIGN = tuple((kind, re.compile(pattern)) for kind, pattern in _FOREIGN_FORMS)

FUNCTION_WORDS = {
    "en": frozenset(
        "the of and to in is are was were did does do has have had for on by with that what who "
        "which when where why how many much it this from at be their his a an can not".split()
    ),
    "es": frozenset(
        "el la los las de del que qué y en es son fue un una por para con se su sus cuántos "
        "cuántas cuánto quién quiénes cuándo dónde cómo cuál cuáles al lo no ha han quien cuando "
        "donde como cual cuantos cuantas porque".split()
    ),
    "de": frozenset(
        "der die das den dem des und in ist sind war wer wie viele wann wo warum was welche hat "
        "haben ein eine einen zu von mit für auf nicht sich wurde wurden im bekommen wen wem".split()
    ),
    "fr": frozenset(
        "le la les de des du et en est sont que qui quand où pourquoi combien comment quelle "
        "quelles quel quels a ont un une pour dans sur il elle au aux ne pas se ce cette ses".split()
    ),
}
