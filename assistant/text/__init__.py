"""Text as the rest of the package reads it: normal form, words, stems; and names, quantities, sentences from here too.

Pure functions over strings; offsets count Unicode code points.
"""

import re
import unicodedata

from assistant.text.names import names
from assistant.text.quantities import Quantity, quantities
from assistant.text.quotations import Quotation, quotations
from assistant.text.remembered import remembered

__all__ = [
    "STOP_WORDS",
    "Quantity",
    "Quotation",
    "content_words",
    "names",
    "normalise",
    "quantities",
    "quotations",
    "split_sentences",
    "stem",
    "words",
]

_FUNCTION_WORDS = """
a about above after again against all also am an and any are aren't as at be because been before being below between
both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for from
further had hadn't has hasn't have haven't having he he'd he'll her here hers herself him himself his how i i'd i'll
i'm i've if in into is isn't it it'd it'll its itself just let may me might more most mustn't my myself no nor not
of off on once only or other ought our ours ourselves out over own same shall shan't she she'd she'll should
shouldn't so some such than that the their theirs them themselves then there these they they'd they'll they're
they've this those through to too under until up us very was wasn't we we'd we'll we're we've were weren't what when
where which while who whom whose why will with won't would wouldn't you you'd you'll you're you've your yours
yourself yourselves
"""

STOP_WORDS = frozenset(_FUNCTION_WORDS.split())
"""English function words. Question words and negations are among them: what they ask or deny is read elsewhere."""

_LINE_END = re.compile("\r\n?")
# Marks that belong to the letter before them but are not \w: combining accents, Hebrew, Arabic, Indic, Thai, joiners.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    "\u0900-\u0963\u0971-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u200c\u200d"
)
_SPACELESS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # U.S., a.m.
    r"|\d+(?:[.,]\d+)*"  # 1,830 and 4.2
    rf"|[{_SPACELESS}]"  # scripts without spaces: one character, one word
    rf"|(?:[^\W\d_{_SPACELESS}](?:[^\W_{_SPACELESS}]|[{_MARKS}])*)"
    r"(?:['\u2019][^\W\d_]+)*"  # don't, O'Malley, Sessions's
    r"|%"
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")


def split_sentences(text: str) -> tuple[tuple[int, int, int], ...]:
    """Sentences of a normalised text as (start, end, paragraph), in order; see `assistant.text.sentences`."""
    # Answering reads stored sentences and need not pay for the rules that split them.
    from assistant.text.sentences import split_sentences as split

    return split(text)


def normalise(raw: str) -> str:
    """The form in which a document's text is kept: NFC, line ends `\\n`, no blank lines before or after it."""
    text = _LINE_END.sub("\n", unicodedata.normalize("NFC", raw))
    lead = len(text) - len(text.lstrip())
    if lead == len(text):
        return ""
    tail = text.find("\n", len(text.rstrip()))
    return text[text.rfind("\n", 0, lead) + 1 : tail if tail >= 0 else len(text)]


@remembered
def words(text: str) -> tuple[str, ...]:
    """Lower-case words and numbers in order.

    Possessives lose their ending, `U.S.` is `us`, `1,830` is `1830`, `4.2` stays one word, `%` is `percent`.
    """
    return tuple(_word(token) for token in _TOKEN.findall(text))


@remembered
def content_words(text: str) -> tuple[str, ...]:
    """`words` without English function words; the country `US` is kept, the pronoun is not."""
    found = []
    for token in _TOKEN.findall(text):
        word = _word(token)
        if word not in STOP_WORDS or (word in {"us", "it", "who"} and token.isupper()):
            found.append(word)
    return tuple(found)


def _word(token: str) -> str:
    if token == "%":
        return "percent"
    if token[0].isdigit():
        return token.replace(",", "") if _GROUPED.fullmatch(token) else token
    word = token.lower().replace("\u2019", "'")
    return word.replace(".", "") if "." in word else word.removesuffix("'s")


def stem(word: str) -> str:
    """The word without its plural ending: the S stemmer of Harman, "How effective is suffixing?", JASIS 42(1), 1991."""
    if len(word) > 3 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("us", "ss")):
        return word[:-1]
    return word
