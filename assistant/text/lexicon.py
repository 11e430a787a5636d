"""English words that decide what a sentence commits to: negation, hedges, conditions, quantifiers, speech, titles.

Lists only, and the `root` under which they are compared. They serve refusals, never support.
"""

import re
from functools import lru_cache

from assistant.text.grammar import IRREGULAR

IRREGULAR_FORMS = {form: base for base, forms in IRREGULAR.items() for form in forms if form != base}
"""Irregular past forms and participles, to their base."""
_VOWEL = re.compile(r"[aeiouy]")


@lru_cache(maxsize=16_384)
def root(word: str) -> str:
    """One form for the inflections of an English word: `approves`, `approved`, `approving` are `approv`.

    Not a word itself, only comparable with other roots. Irregular verbs come back to their base.
    """
    word = word.lower().replace("\u2019", "'")
    for ending in ("'s", "'"):
        word = word.removesuffix(ending)
    if word in IRREGULAR_FORMS:
        word = IRREGULAR_FORMS[word]
    elif len(word) > 3:
        word = _stripped(word)
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _stripped(word: str) -> str:
    for ending in ("ies", "ied"):
        if word.endswith(ending):
            return word[:-3] + "y"
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and not word.endswith("eed") and _VOWEL.search(base):
            double = base[-1] == base[-2] and base[-1] not in "lsz"
            return base[:-1] if double else base
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-2] if word.endswith(("ches", "shes", "sses", "xes", "zes")) else word[:-1]
    return word


def word_set(words: str) -> frozenset[str]:
    """The words of a string."""
    return frozenset(words.split())


def root_set(words: str) -> frozenset[str]:
    """Roots of the words of a string."""
    return frozenset(root(word) for word in words.split())


NEGATORS = word_set(
    """
    not no never none nobody nothing nowhere neither nor without cannot cant dont doesnt didnt isnt arent wasnt werent
    wont wouldnt
    """
)
"""Lower-case words that deny outright; every word in `n't` is one more."""

DENYING = root_set(
    """
    deny refuse decline fail reject dismiss refute dispute rebut disavow repudiate block bar ban prohibit forbid
    prevent oppose veto lack avoid halt unclear unable unaware unwilling
    """
)
"""Roots whose meaning holds a negation of what follows them."""

NEGATIVE = DENYING | root_set(
    """
    stop cease end abandon drop lose quit give revoke cancel withdraw rescind former false wrong untrue incorrect
    hardly barely scarcely rarely seldom few little only except instead rather outside beyond too absent free exempt
    unless baffled bewildered puzzled unsure uncertain unknown undecided unlikely impossible illegal ineligible
    insufficient inadequate different contrary against stay limit miss ignore skip less fewer exclude contradict
    discontinue myth question symbolic bewilder perplex perplexing puzzling confounding suspend postpone delay
    decrease
    """
)
"""Roots that a careful paraphrase may put for a negation, or the other way round."""

AFFIRMING = frozenset(
    f"{first} {second}"
    for first, seconds in (("not", "only just merely simply"), ("no", "doubt wonder later matter"), ("nothing", "but"))
    for second in seconds.split()
)
"""Two words that begin with a negator and deny nothing."""

POSSIBLE = root_set(
    """
    may might could possible possibly perhaps maybe potential potentially conceivably possibility risk chance
    """
)
LIKELY = root_set(
    """
    likely probably expected expect expects presumably anticipate anticipated forecast predicted predict projected
    """
)
ALLEGED = root_set(
    """
    alleged allegedly alleges accused accuse suspected suspect suspicion reportedly purported purportedly supposed
    supposedly apparently rumored rumoured rumor rumour allegation accusation seem seemingly appear believed
    """
)
UNCLEAR = root_set(
    """
    unclear unknown uncertain unsure unconfirmed unresolved undecided undetermined questionable
    """
)
WEAK_VERBS = root_set("appear seem suppose believe")
"""Hedges only when `to` or `that` follows them."""
PERMITTING = root_set("can able allow permit entitled right let enable capable eligible option")

UNREALISED = root_set(
    """
    threaten try attempt plan intend propose want hope aim seek ask urge demand order promise pledge vow offer
    consider request recommend encourage warn pressure prepare wish require need instruct call tell
    """
)
"""Roots after which `to do` is not yet done."""
OBLIGING = word_set("must should ought shall")
MODALS = word_set("will would could can may might must should shall ought 'll going")
IRREALIS_NOUNS = root_set(
    """
    threat plan proposal warning ultimatum request demand order promise pledge condition requirement effort goal bid
    idea intention if unless whether
    """
)

CONDITIONS = word_set("if unless provided providing")
CONDITIONAL = CONDITIONS | word_set(
    """
    without must require requires required need needs needed have depend depends depended depending contingent
    condition conditions conditional when where or until otherwise else should once requirement requirements only
    eligible eligibility in-case whenever except exception exempt
    """
)
"""Words that keep a condition alive in a paraphrase."""
WHETHER = root_set(
    """
    ask wonder know see determine decide check unclear doubt question unsure tell say inquire unknown find
    """
)
"""Roots after which `if` means whether."""

ALL = word_set(
    """
    all every each both always everyone everybody everything everywhere entire whole entirely unanimously any
    """
)
MOST = word_set("most mostly majority usually generally mainly largely")
SOME = word_set(
    """
    some several many few certain sometimes often partly part various numerous occasionally dozens half
    """
)
FREQUENCY = word_set("sometimes often usually mostly generally partly mainly largely rarely")
SWEEPING = word_set("always everyone everybody everything every unanimously entirely")
EXCLUSIVE = word_set("only solely exclusively sole just alone merely except unless purely nothing no")

PRIVATIVE = word_set(
    """
    acting assistant deputy vice former ex interim associate attempted professed proclaimed unofficial proposed
    planned presumptive outgoing incoming retired honorary draft fake preliminary partial
    """
)
"""Words that change what the next word means so far that leaving them out is another claim."""

SAYING = root_set(
    """
    say tell write state announce claim argue insist warn deny add note explain declare call describe reply respond
    answer ask urge demand complain accuse allege suggest contend assert maintain acknowledge admit concede confirm
    reject dismiss dispute criticize criticise praise vow pledge promise threaten predict testify tweet post comment
    remark stress emphasize emphasise label term characterize characterise reiterate advise caution denounce condemn
    disclose report
    """
)
"""Roots of verbs whose subject says what follows."""
SPEECH = SAYING | root_set(
    """
    believe think estimate recommend observe point conclude rule find cite quote refer read show reveal view see
    consider regard express voice raise object order request propose support oppose fear hope expect want worry doubt
    question defend blame boast joke mention repeat recall hold decline refuse signal agree disagree counter charge
    according attribute
    """
)
"""Roots of verbs by which a sentence names whose words or thoughts it gives."""
SPEECH_NOUNS = root_set(
    """
    statement letter report according interview speech testimony memo memorandum opinion view words email comment
    remarks claim argument announcement response reply warning request spokesman spokeswoman spokesperson complaint
    ruling order lawsuit brief press release article story quote quoted account allegation accusation criticism call
    denial concern qualm belief
    """
)

TITLES = word_set(
    """
    mayor governor president senator representative congressman congresswoman judge justice commissioner chief
    secretary director chairman chairwoman chair sheriff minister premier chancellor professor doctor captain general
    colonel lieutenant sergeant king queen prince princess pope bishop ambassador attorney prosecutor lawyer spokesman
    spokeswoman spokesperson superintendent treasurer councilman councilwoman councilor councillor alderman executive
    founder owner coach manager editor
    """
)
TITLE_FORMS = {
    "gov": "governor", "sen": "senator", "rep": "representative", "pres": "president", "prof": "professor",
    "dr": "doctor", "gen": "general", "col": "colonel", "lt": "lieutenant", "sgt": "sergeant", "capt": "captain",
    "spokeswoman": "spokesman", "spokesperson": "spokesman", "chairwoman": "chairman", "chair": "chairman",
    "congresswoman": "representative", "congressman": "representative", "councilwoman": "councilman",
    "councilor": "councilman", "councillor": "councilman", "lawyer": "attorney",
}  # fmt: skip
"""Short and other-gender forms under one word."""

SAME_NAMES = (
    frozenset({"us", "united states", "united states of america", "america"}),
    frozenset({"uk", "united kingdom", "britain"}),
    frozenset({"doj", "department of justice", "justice department"}),
    frozenset({"dhs", "department of homeland security", "homeland security"}),
    frozenset({"eu", "european union"}),
    frozenset({"un", "united nations"}),
)
"""Names that no initials or word order would show to be one."""

_ANTONYMS = """
approve|pass|adopt|endorse|back : reject|refuse|veto|disapprove
accept : reject|refuse|decline|drop|abandon
for : against
support|favor|favour|backed : oppose|against
increase|rise|grow|climb|gain|jump|soar|expand|raise : decrease|fall|decline|drop|shrink|reduce|cut|lower|plunge|slump
more|greater|higher : less|fewer|lower
most : least|fewest
highest|largest|biggest|longest|tallest : lowest|smallest|shortest
larger|bigger : smaller
before|earlier|prior|precede : after|later|since|following
early : late
first : last|final
start|begin|launch|open : end|finish|stop|close|conclude|cease
win|victory : lose|loss|defeat
allow|permit|let|legalize|authorize : ban|forbid|prohibit|bar|block|prevent
legal|lawful : illegal|unlawful
guilty|convict : innocent|acquit
confirm : deny|refute
admit|acknowledge : deny
true : false|untrue
right|correct : wrong|incorrect
safe : dangerous|unsafe
praise|applaud|welcome|hail : criticize|criticise|condemn|denounce|blast|slam
excellent|good|great|better|best : bad|poor|reckless|worse|worst
premature|early : overdue|late
buy|purchase : sell
hire|appoint : fire|dismiss|sack
arrive|enter : leave|depart|exit
join : leave|quit
import : export
alive|survive : dead|die|kill
success|succeed : failure|fail
agree : disagree
continue : discontinue|stop|halt
release|free : detain|hold|jail|imprison
arrest : release
give|grant|award : withhold|deny|revoke|withdraw
grant : deny
present : absent
include : exclude
public : private
federal : state|local|municipal
republican : democrat|democratic
plaintiff : defendant
north|northern : south|southern
east|eastern : west|western
always : never|sometimes|rarely
often : rarely|seldom
many : few
majority : minority
maximum : minimum
ally : enemy
friendly : hostile
strong : weak
rich : poor
old : young
hot : cold
improve : worsen|deteriorate
strengthen : weaken
tighten : loosen|ease
push : pull
lend : borrow
upheld|uphold : overturn|strike
eligible : ineligible
possible : impossible
likely : unlikely
able : unable
clear : unclear
known : unknown
complete : incomplete
adequate : inadequate
sufficient : insufficient
appear : disappear
prove : disprove
qualify : disqualify
dependent : independent
direct : indirect
legitimate : illegitimate
valid : invalid
responsible : irresponsible
relevant : irrelevant
regular : irregular
temporary|temporarily : permanent|permanently
voluntary : mandatory|compulsory
unanimous|unanimously : divided|narrowly
optional : mandatory|required
morning : evening|afternoon|night
spring : summer|autumn|winter
summer : autumn|winter
autumn : winter
day : night
cause : prevent
"""


def _opposites() -> dict[str, tuple[tuple[frozenset[str], frozenset[str]], ...]]:
    found: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
    for line in _ANTONYMS.strip().splitlines():
        left, right = (root_set(side.replace("|", " ")) for side in line.split(":"))
        for word in left:
            found.setdefault(word, []).append((left, right))
        for word in right:
            found.setdefault(word, []).append((right, left))
    return {word: tuple(sides) for word, sides in found.items()}


OPPOSITES = _opposites()
"""By root: pairs of (roots on its own side, roots on the other side)."""

_ENGLISH = word_set(
    """
    the of and to in is was that for on with by as at from it are were has have not his their its
    """
)
_FOREIGN = word_set(
    """
    el los las del una que y por con para se su es fue der das und ist nicht mit von den dem ein eine zu auf le les
    des et est une du pour dans qui pas sur il della che di non per sono het een van niet voor dat os uma não foi
    """
)


def is_english(words: list[str]) -> bool:
    """False when the lower-case words are plainly another language's; a doubt counts as English."""
    if not any(word.isascii() for word in words) and any(not word.isdigit() for word in words):
        return False
    foreign = sum(word in _FOREIGN for word in words)
    return foreign < 2 or foreign <= 2 * sum(word in _ENGLISH for word in words)
