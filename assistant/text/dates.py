"""Dates and times of day in a text, as precise as they are given."""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)(?![A-Za-z])"
)
_PART = r"(?:(?P<part>[Ee]arly|[Mm]id|[Ll]ate)[- ])?"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d:])"
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)(?!\w)(?![.,]\d)"
_LEAD = (
    r"(?P<lead>(?:in|since|until|by|of|last|next|this|from|to|during|before|after|through|every|each|"
    r"In|Since|Until|By|Of|Last|Next|This|From|During|Before|After|Every|Each) )"
)
_MONTH_ALONE = re.compile(rf"\b{_LEAD}?{_PART}{_MONTH}(?P<surname> [A-Z][a-z])?")
_DATES = (
    re.compile(rf"\b{_MONTH} {_DAY}(?:,? {_YEAR})?"),
    re.compile(rf"(?<![\w.,]){_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?"),
    re.compile(rf"\b{_PART}{_MONTH},?(?: of)? {_YEAR}"),
    re.compile(r"(?<![\w-])(?P<year>1[5-9]\d\d|20\d\d)-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>[0-2]\d|3[01]))?(?![\w-])"),
    re.compile(
        r"(?<![\w/])(?P<month>0?[1-9]|1[0-2])/(?P<day>0?[1-9]|[12]\d|3[01])/(?P<year>1[5-9]\d\d|20\d\d)(?![\w/])"
    ),
    _MONTH_ALONE,
    re.compile(
        rf"(?<![\w.,:$\u20ac\u00a3-]){_PART}{_YEAR}"
        r"(?![ -]?(?:%|percent|per cent|hours?|days?|weeks?|months?|years?|miles?|km|feet|acres|people|tons?|dollars))"
    ),
)
_DECADE = re.compile(r"(?<!\w)(?:(?:early|mid|late)[- ])?(?:the )?((?:1[5-9]|20)\d0|['\u2019]\d0)s\b")
_WEEKDAY = re.compile(r"\b((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)s?\b")
_RELATIVE = re.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|"
    r"(?:last|next|this|past) (?:week|weekend|month|year|summer|spring|fall|autumn|winter))\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\w.:])(?P<hour>1[0-2]|0?[1-9])(?::(?P<minute>[0-5]\d))?[ \u00a0]?(?P<half>[ap])(?:\.[ ]?m\.|m\b)"
    r"|(?<![\w.:])(?P<hour24>[01]?\d|2[0-3]):(?P<minute24>[0-5]\d)(?![\w:-])"
    r"|(?<!\w)(?P<clock>1[0-2]|[1-9]) o['\u2019]clock\b|\b(?P<name>noon|midnight)\b",
    re.IGNORECASE,
)


def dates(text: str) -> Iterator[tuple[str, str | None, int, int]]:
    """Dates as (value, part, start, end), overlapping ones included, the fuller first.

    Values: `2017-08-03`, `2017-08`, `2017`, `--08-03` and `--08` without a year, `monday`, `1990s`, `last week`.
    Part: `early`, `mid` or `late`.
    """
    for pattern in _DATES:
        for match in pattern.finditer(text):
            found = match.groupdict()
            month, day, year = found.get("month"), found.get("day"), found.get("year")
            if pattern is _MONTH_ALONE and _is_other_word(match):
                continue
            value = year or "-"
            if month:
                value += f"-{_month_number(month):02}"
            if day:
                value += f"-{int(day):02}"
            start = match.end("lead") if found.get("lead") else match.start()
            end = match.end("month") if pattern is _MONTH_ALONE else match.end()
            yield value, (found.get("part") or "").lower() or None, start, end
    for match in _DECADE.finditer(text):
        digits = match.group(1).lstrip("'\u2019")
        yield (digits if len(digits) == 4 else "19" + digits) + "s", None, match.start(1), match.end()
    for match in _WEEKDAY.finditer(text):
        yield match.group(1).lower(), None, match.start(), match.end()
    for match in _RELATIVE.finditer(text):
        yield match.group().lower(), None, match.start(), match.end()


def times(text: str) -> Iterator[tuple[str, None, int, int]]:
    """Times of day as (value, None, start, end); the value is `20:30` on the clock of 24 hours."""
    for match in _TIME.finditer(text):
        if match["name"]:
            value = "12:00" if match["name"].lower() == "noon" else "00:00"
        elif match["hour24"]:
            value = f"{int(match['hour24']):02}:{match['minute24']}"
        elif match["clock"]:
            value = f"{int(match['clock']):02}:00"
        else:
            hour = int(match["hour"]) % 12 + (12 if match["half"].lower() == "p" else 0)
            value = f"{hour:02}:{match['minute'] or '00'}"
        yield value, None, match.start(), match.end()


def _is_other_word(match: re.Match[str]) -> bool:
    """March and May are words and names, and Jan is a name; April, June and August are when a surname follows."""
    if match["lead"] or match["part"]:
        return False
    return match["month"] in {"March", "May", "Jan", "Mar"} or match["surname"] is not None


def _month_number(month: str) -> int:
    return int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) // 3 + 1


def readable_date(published: str) -> str:
    """`2017-08-03` as `August 3, 2017`, `2017-08` as `August 2017`, `2017` as it is."""
    parts = [int(part) for part in published.split("-")]
    if len(parts) == 1:
        return published
    day = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    return f"{day:%B} {day.day}, {day.year}" if len(parts) > 2 else f"{day:%B %Y}"
