"""Roles and titles of people in English news, and what they tell of a name: whose it is, and `he` or `she`."""

import re
from collections.abc import Iterator
from typing import Literal

Gender = Literal["he", "she"]

_ROLES = (
    "mayor|governor|gov|senator|sen|rep|representative|congress(?:man|woman)|president|judge|justice|sheriff|lieutenant|"
    "lt|sergeant|sgt|captain|capt|colonel|col|commissioner|chief|minister|chancellor|secretary|professor|prof|reverend|"
    "rev|bishop|archbishop|pope|king|queen|prince|princess|spokes(?:man|woman|person)|council(?:man|woman|lor|or)|member|"
    "director|chair(?:man|woman|person)?|superintendent|supt|detective|officer|inspector|coach|ambassador|treasurer|"
    "alder(?:man|woman)|leader|speaker|engineer|dean|principal|premier|pastor|imam|rabbi|attorney|lawyer|prosecutor|"
    "solicitor|counsel|analyst|economist|scientist|researcher|biologist|historian|meteorologist|forecaster|doctor|dr|"
    "nurse|teacher|owner|founder|manager|resident|activist|organi[sz]er|author|writer|editor|reporter|executive|ceo|"
    "administrator|clerk|farmer|fisher(?:man|woman)|driver|neighbou?r|witness|student|expert|specialist|adviser|advisor|"
    "aide|mp|mep|msp|mr|mrs|ms|mx|sir|lord|lady|dame|master|general|gen|adm|admiral|maj|major|deputy|marshal|warden|"
    "trustee|legislator|candidate|nominee|head|vice|coordinator|strategist|consultant|veteran|baker|curator|conductor|"
    "chef|singer|actor|actress|player|priest|ranger|supervisor|trooper|firefighter|paramedic|coroner"
)
_ROLE = re.compile(rf"(?:{_ROLES})\.?", re.IGNORECASE)
_ROLE_BEFORE = re.compile(rf"\b(?P<role>{_ROLES}),? \Z", re.IGNORECASE)
_ROLE_AFTER = re.compile(
    rf",? who\b|, (?:\d{{1,3}},|(?:[\w.'\u2019-]+ ){{0,4}}?(?:{_ROLES})\b)",
    re.IGNORECASE,
)
_DESCRIBED_PERSON = re.compile(
    rf"(?:An?|The|One|His|Her|Its|Their) (?:[\w'\u2019-]+ ){{0,3}}?(?:{_ROLES})\b(?!['\u2019]s)"
)
_LONG_FORMS = {"gov": "governor", "sen": "senator", "rep": "representative", "prof": "professor"}
_NO_PERSON = re.compile(
    r"(?:Department|Agency|Bureau|Office|Services?|Court|Council|Union|University|College|School|Press|Times|Journal|Sun|"
    r"News|Herald|Tribune|Party|Group|Inc|Corp|Co|Ltd|LLC|Association|Committee|Commission|Authority|Police|Ministry|"
    r"Church|Company|Partnership|Program|Administration|Board|Institute|Center|Centre|Foundation|Fund|Coalition|Network|"
    r"Society|Team|Club|Act|Amendment|Street|Road|Avenue|River|County|City|Town|Island|Senate|"
    r"Congress|Parliament|Army|Navy|Hospital|Museum|Library|Airport|Station|Pier|Square|Hotel|Building|Project|Order|"
    r"Enforcement|Security|Partnership|Republic|Kingdom|States|Nations|Airlines|Motors|Systems|Industries|Records?|"
    r"Democrats?|Republicans?|Reserve|Guard|Force|Administration)\.?"
)
_HE = re.compile(
    r"\b(?:Mr|Sir|Lord|(?:spokes|council|chair|congress|alder|fisher)man|king|prince|father)\b", re.IGNORECASE
)
_SHE = re.compile(
    r"\b(?:Mrs|Ms|Miss|Lady|Dame|(?:spokes|council|chair|congress|alder|fisher)woman|queen|princess)\b", re.IGNORECASE
)
_LIKE_A_ROLE = re.compile(r"[a-z]{3}(?:er|or|ist|ian|ant|man|woman)\Z")
_ARTICLE = re.compile(r"\A(?:the|a|an)\s+", re.IGNORECASE)


def role_of(name: str, before: str) -> str | None:
    """The role that stands in or before a name, in lower case: `mayor` for `Mayor Richard Berry`."""
    titles = [word.rstrip(".").lower() for word in name.split() if _ROLE.fullmatch(word)]
    role = _ROLE_BEFORE.search(before)
    found = titles[-1] if titles else role["role"].lower() if role else None
    return _LONG_FORMS.get(found, found) if found else None


def shows_person(name: str, before: str, after: str) -> set[Gender] | None:
    """Whether a title or a role beside a name makes it a person's: their gender if it tells; `None` if it does not."""
    role_before, role_after = _ROLE_BEFORE.search(before), _ROLE_AFTER.match(after)
    if without_titles(name) == name and not role_before and not role_after:
        return None
    return set(genders(" ".join((role_before[0] if role_before else "", name, role_after[0] if role_after else ""))))


def describes_person(phrase: str) -> bool:
    """`A spokesman for the agency`, `The judge`; not `The department`."""
    return _DESCRIBED_PERSON.match(phrase) is not None


def genders(text: str) -> Iterator[Gender]:
    """What the titles in a text tell; a first name never does."""
    if _HE.search(text):
        yield "he"
    if _SHE.search(text):
        yield "she"


def without_titles(name: str) -> str:
    """`Republican Albuquerque Mayor Richard Berry` is `Richard Berry`, `Attorney General` nobody; `The` goes too."""
    words = _ARTICLE.sub("", name, count=1).split()
    last_title = -1
    for place, word in enumerate(words if "of" not in words else ()):
        if _ROLE.fullmatch(word) and (word != "General" or words[place - 1] in {"Attorney", "Surgeon", "Major"}):
            last_title = place
    if last_title < 0 and len(words) > 3 and _LIKE_A_ROLE.search(words[-3]):
        last_title = len(words) - 3  # Park Ranger Supervisor Robert Colligan
    rest = words[last_title + 1 :]
    if last_title >= 0 and rest and not may_be_person(" ".join(rest)):
        return " ".join(words)
    return " ".join(rest)


def may_be_person(name: str) -> bool:
    """Whether no word of a name speaks against its being a person's: `Department`, `Street`, a number."""
    words = name.split()
    if not 1 <= len(words) <= 5 or any(c.isdigit() for c in name):
        return False
    return not any(_NO_PERSON.fullmatch(word) for word in words) and not (len(words) == 1 and name.isupper())
