"""Numbers, money, dates and measures in a text, each with a canonical value, so that `12` equals `twelve`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import Literal, NamedTuple

from assistant.text.dates import dates, times
from assistant.text.remembered import remembered

Kind = Literal["number", "money", "percent", "date", "time", "duration", "ordinal", "measure"]


@dataclass(frozen=True)
class Quantity:
    """One quantity as written at `text[start:end]` and as it compares: by kind, value and unit."""

    kind: Kind
    value: str
    """Amounts in plain decimal digits, fractions as `2/3`; times as `20:30`. Dates as precise as given: `2017-08-03`,
    `2017-08`, `2017`, `--08-03` and `--08` without a year, `monday`, `1990s`, `last week`."""
    unit: str | None
    """`USD`, `%`, `hour`, `km`; `early`, `mid` or `late` in the month or year of a date; else `None`."""
    text: str
    start: int
    end: int


_SIGNS = {"$": "USD", "US$": "USD", "C$": "CAD", "A$": "AUD", "NZ$": "NZD", "HK$": "HKD"}
_SIGNS |= {"\u20ac": "EUR", "\u00a3": "GBP", "\u00a5": "JPY", "\u20b9": "INR", "\u20a9": "KRW", "\u20aa": "ILS"}
_CURRENCIES = {"dollar": "USD", "usd": "USD", "euro": "EUR", "eur": "EUR", "gbp": "GBP", "yen": "JPY", "yuan": "CNY"}
_CURRENCIES |= {"rupee": "INR", "peso": "MXN", "franc": "CHF", "ruble": "RUB"}
_DURATIONS = ("second", "minute", "hour", "day", "week", "fortnight", "month", "quarter", "year", "decade", "century")
_TIME_UNITS = {unit: unit for unit in _DURATIONS}
_TIME_UNITS |= {"sec": "second", "min": "minute", "hr": "hour", "yr": "year", "centurie": "century"}
_LONG_UNITS = (
    "km kilometer kilometre|m meter metre|cm centimeter centimetre|mm millimeter millimetre|mile mi|foot feet ft|"
    "inch inche in.|yard|acre|hectare ha|mph|km/h kph|kg kilogram kilo|g gram|mg milligram|ton|tonne|pound lb|ounce oz|"
    "liter litre|gallon|barrel|degree \u00b0|\u00b0c|\u00b0f|kw kilowatt|mw megawatt|gw gigawatt|kwh|mwh|gb gigabyte|"
    "mb megabyte|tb terabyte"
)
_MEASURES = {name: group.split()[0] for group in _LONG_UNITS.split("|") for name in group.split()}
_SCALES = {"hundred": 100, "dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SCALES |= {"k": 10**3, "mn": 10**6, "m": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}

_SMALL_WORDS = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
_SMALL_WORDS += "seventeen|eighteen|nineteen"
_TEN_WORDS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORD_VALUES = {word: value for value, word in enumerate(_SMALL_WORDS.split("|"))}
_WORD_VALUES |= {word: 10 * value for value, word in enumerate(_TEN_WORDS.split("|"), start=2)}
_SMALL = rf"(?:(?:{_TEN_WORDS})(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|{_SMALL_WORDS})"
_DIGITS = r"(?<!\w)(?<!\d[.,])(?<![A-Za-z]-)(?:\d{1,3}(?:,\d{3}){1,5}|\d{1,18})(?:\.\d{1,18})?(?!\d)(?![.,]\d)"
_SPELLED = (
    rf"\b(?:{_SMALL}(?:[ -](?:hundred|dozen)(?: (?:and )?{_SMALL})?)?(?:[ -](?:thousand|million|billion|trillion))?"
    r"|(?:half )?a (?:hundred|dozen|thousand|million|billion|trillion)(?: (?:thousand|million|billion))?)\b"
)
_AMOUNT = re.compile(
    r"(?P<sign>(?:US|C|A|NZ|HK)?[$\u20ac\u00a3\u00a5\u20b9\u20a9\u20aa]\s?)?"
    rf"(?:(?P<digits>{_DIGITS})|(?P<spelled>{_SPELLED}))"
    r"(?P<scale>[ -]?(?:hundred|thousand|million|billion|trillion|dozen|[bmt]n)\b|[kmb]\b)?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(?P<range> to |\s?[-\u2013]\s?)| and | or ")
_UNIT = re.compile(
    r"[ -]?(?P<percent>%|percent\b|per cent\b|pct\b|(?P<points>percentage points?\b))"
    r"|[ -]?(?:(?:more|additional|extra|further|full|straight|consecutive|U\.S\.|US|American|metric|nautical)[ -])?"
    r"(?P<power>(?:square|cubic)[ -]|sq\.? )?(?P<name>\u00b0[CF]?|in\.|[A-Za-z]+(?:/h)?)(?![\w/])",
    re.IGNORECASE,
)
_NO_NUMBER_ONE = re.compile(r"\b(?:no|any|every|some|this|that|which|each|the|only|last|another)[ -]one\Z", re.I)
_PRONOUN_ONE = re.compile(r" (?:of|another|who|that|can|must|should|could|would)\b|[.,;:?!\u2019']|\Z")
_SINCE = re.compile(
    r"\b[Aa]n? (second|minute|hour|day|week|month|quarter|year|decade|century) (?=earlier|later|ago|after|before)"
)
_FRACTION = re.compile(
    r"\b(?:(one|two|three|four|five)[- ]|a (?=\w+ of\b))(half|third|quarter|fourth|fifth|sixth|eighth|tenth)s?\b",
    re.IGNORECASE,
)
_DENOMINATORS = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_ORDINAL_WORDS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth"
)
_ORDINAL_VALUES = {word: value for value, word in enumerate(_ORDINAL_WORDS.split("|"), start=1)}
_ORDINAL = re.compile(
    rf"(?<![\w.,])(?P<digits>\d{{1,3}}(?:,\d{{3}})?)(?:st|nd|rd|th)\b"
    rf"|\b(?:(?P<tens>{_TEN_WORDS})-)?(?P<word>{_ORDINAL_WORDS})\b",
    re.IGNORECASE,
)


_Found = tuple[Kind, str, str | None, int, int]


@remembered
def quantities(text: str) -> tuple[Quantity, ...]:
    """All quantities in order, none overlapping; dates and times win over amounts, fuller readings over shorter."""
    found: Iterator[_Found] = chain(
        (("date", *date) for date in dates(text)),
        (("time", *time) for time in times(text)),
        _fractions(text),
        _ordinals(text),
        _amounts(text),
    )
    taken: list[Quantity] = []
    covered: set[int] = set()
    for kind, value, unit, start, end in found:
        if covered.isdisjoint(range(start, end)):
            covered.update(range(start, end))
            taken.append(Quantity(kind, value, unit, text[start:end], start, end))
    return tuple(sorted(taken, key=lambda quantity: quantity.start))


def _fractions(text: str) -> Iterator[_Found]:
    for match in _FRACTION.finditer(text):
        numerator = _WORD_VALUES[match[1].lower()] if match[1] else 1
        yield "number", f"{numerator}/{_DENOMINATORS[match[2].lower()]}", None, match.start(), match.end()


def _ordinals(text: str) -> Iterator[_Found]:
    for match in _ORDINAL.finditer(text):
        value = int(match["digits"].replace(",", "")) if match["digits"] else _ORDINAL_VALUES[match["word"].lower()]
        value += _WORD_VALUES[match["tens"].lower()] if match["tens"] else 0
        yield "ordinal", str(value), None, match.start(), match.end()


def _amounts(text: str) -> Iterator[_Found]:
    for match in _SINCE.finditer(text):
        yield "duration", "1", match[1], match.start(), match.end() - 1
    previous: _Amount | None = None
    for match in reversed(list(_AMOUNT.finditer(text))):
        amount = _read(text, match, previous)
        if amount is not None:
            yield amount.kind, _plain(amount.value), amount.unit, amount.start, amount.end
        previous = amount


class _Amount(NamedTuple):
    kind: Kind
    value: Decimal
    scale: int
    unit: str | None
    start: int
    end: int


def _read(text: str, match: re.Match[str], following: _Amount | None) -> _Amount | None:
    """The amount at `match`; in a range ("3 to 5 million", "48 to 72 hours") it borrows from the one that follows."""
    sign, scale_word = match["sign"], (match["scale"] or "").strip(" -")
    end = match.end()
    if len(scale_word) == 1 and not sign and (scale_word.islower() or not match["digits"]):
        scale_word, end = "", match.start("scale")  # 5m are metres
    number = Decimal(match["digits"].replace(",", "")) if match["digits"] else _spelled(match["spelled"])
    scale = _SCALES[scale_word.lower()] if scale_word else 1
    kind: Kind = "money" if sign else "number"
    unit = _SIGNS[sign.strip().upper()] if sign else None
    if not sign:
        kind, unit, factor, end = _unit(text, end, scaled=scale > 1)
        number *= factor
        if kind == "number" and (text[end : end + 1].isalpha() or _is_pronoun(text, match, end)):
            return None
    if following is not None and (between := _RANGE.fullmatch(text, end, following.start)):
        if scale == 1 and between["range"]:
            scale = following.scale
        if kind == "number":
            kind, unit = following.kind, following.unit
    return _Amount(kind, number * scale, scale, unit, match.start(), end)


def _unit(text: str, end: int, scaled: bool) -> tuple[Kind, str | None, Decimal, int]:
    """What is counted after `end`, its factor to the canonical unit, and where it ends."""
    match = _UNIT.match(text, end)
    if match is None:
        return "number", None, Decimal(1), end
    if match["percent"]:
        return "percent", "point" if match["points"] else "%", Decimal(1), match.end()
    name = match["name"]
    word = name if len(name) == 1 else name.lower()
    single = word.removesuffix("s") if len(word) > 2 else word
    if single == "cent":
        return "money", "USD", Decimal("0.01"), match.end()
    if single in _CURRENCIES or (single == "pound" and scaled):
        return "money", _CURRENCIES.get(single, "GBP"), Decimal(1), match.end()
    if single in _TIME_UNITS:
        return "duration", _TIME_UNITS[single], Decimal(1), match.end()
    for candidate in (word, single):
        if candidate in _MEASURES:
            power = {"s": "square ", "c": "cubic "}[match["power"][0].lower()] if match["power"] else ""
            return "measure", power + _MEASURES[candidate], Decimal(1), match.end()
    return "number", None, Decimal(1), end


def _is_pronoun(text: str, match: re.Match[str], end: int) -> bool:
    if (match["spelled"] or "").lower() != "one":
        return False
    before = text[max(0, match.start() - 12) : end]
    return _NO_NUMBER_ONE.search(before) is not None or _PRONOUN_ONE.match(text, end) is not None


def _spelled(words: str) -> Decimal:
    """The value of a number in words: `two hundred and fifty thousand`, `half a million`, `a dozen`."""
    total = Decimal(0)
    for word in words.lower().replace("-", " ").split():
        if word in _WORD_VALUES:
            total += _WORD_VALUES[word]
        elif word in _SCALES:
            total = (total or Decimal(1)) * _SCALES[word]
        elif word == "half":
            total = Decimal("0.5")
    return total


def _plain(value: Decimal) -> str:
    digits = f"{value:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
