"""Takes out of evidence what in a document is not meant for its readers: orders to a machine, and hidden text.

The text itself stays as it is, so offsets and the printed article do not change; such sentences are simply never
sentences that an answer can rest on, whichever answerer asks. What a report *says about* such orders is kept.
"""

import re

from assistant.schema import Document, Sentence

_MACHINE = r"(?:assistant|chat ?bot|bot|language model|llm|a\.?i\.?(?: (?:model|system|assistant))?|gpt|model|agent)"
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:(?:all|any|every|of|the|your|my|these|those|and)\s+){0,4}"
    r"(?:(?:previous|prior|above|earlier|preceding|foregoing|other|system|safety)\s+)"
    r"(?:\w+\s+)?(?:instructions?|prompts?|rules?|messages?|directions?|guidelines?|text|context|documents?|sources?)\b"
    r"|\b(?:ignore|disregard|forget|override)\s+(?:all\s+)?(?:your|the)\s+(?:instructions?|rules|prompt|guidelines|"
    r"training|sources|documents)\b"
    r"|\btell (?:the |any |every )?(?:user|reader)s?\b"
    r"|\b(?:assistants?|chat ?bots?|bots|language models?|llms?|a\.?i\.? (?:models?|systems?|assistants?))\s+"
    r"(?:must|should|shall|have to|has to|need to|needs to|are to|is to|will)\s+(?:always\s+|only\s+|never\s+)?"
    r"(?:say|answer|reply|respond|state|write|repeat|cite|output|begin|end|include|mention)\b"
    r"|\bsystem prompt\b|\bprompt injection payload\b|\bdeveloper mode\b|\bjailbreak\b"
    r"|\byou are (?:now|an?) (?:\w+[ -]){0,3}" + _MACHINE + r"\b"
    r"|\b(?:every|all|each|any|your|the)\s+(?:answer|reply|response|output|summary)s?\s+"
    r"(?:must|should|shall|has to|have to|needs? to|will)\s+(?:\w+\s+)?"
    r"(?:begin|start|end|open|close|include|contain|say|state|be|mention|cite|omit|read)\b"
    r"|\b(?:answer|reply|respond|output|print|write|say|state|tell|append|repeat|insert|include)\b[^.!?\n]{0,60}"
    r"\b(?:in (?:your|every|all|each|the) (?:answer|reply|response|output|summary)|to (?:the )?(?:user|reader)s?\b"
    r"|to (?:every|all|any) questions?|with the words?|only with|and nothing else|verbatim)",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(
    r"^[\W_]*(?:(?:dear|attention|note to|note for|message to|instructions? (?:to|for)|hey|to|important,?)[\s:,]+)?"
    r"(?:the |any |all |this |you, )?" + _MACHINE + r"s?(?:\s+reading this)?\s*[,:;!—-]"
    r"|^[\W_]*(?:system|user|assistant|developer|admin)\s*(?:note|message|prompt|override|instruction)?\s*:"
    r"|^[\W_]*(?:new|updated|hidden)\s+(?:instructions?|polic(?:y|ies)|system prompt)\s*:",
    re.IGNORECASE,
)
_ACTIVE_HTML = re.compile(
    r"</?(?:script|style|iframe|object|embed|form|input|svg|meta|link|img|base|template)\b", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HIDDEN_ELEMENT = re.compile(
    r"<(?P<tag>[a-zA-Z][\w-]*)\b[^<>]*(?:display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0|opacity\s*:\s*0"
    r"|aria-hidden\s*=|\shidden\b)[^<>]*>",
    re.IGNORECASE,
)
# Zero-width spaces and joiners of words, bidi controls, tag characters. Joiners of letters and emoji are left alone.
_INVISIBLE = re.compile("[\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")
MAX_INVISIBLE = 2


def screen(document: Document) -> Document:
    """The document without the sentences that are not meant for readers; ids of the others do not change."""
    hidden = _hidden_spans(document.text)
    kept = tuple(sentence for sentence in document.sentences if not _unfit(sentence, hidden))
    return document if len(kept) == len(document.sentences) else document.model_copy(update={"sentences": kept})


def addresses_machine(text: str) -> bool:
    """Whether a text gives orders to the assistant rather than information to a reader."""
    return bool(_ADDRESSED.search(text) or _ORDERS.search(text))


def _unfit(sentence: Sentence, hidden: list[tuple[int, int]]) -> bool:
    return (
        addresses_machine(_INVISIBLE.sub("", sentence.text))
        or len(_INVISIBLE.findall(sentence.text)) > MAX_INVISIBLE
        or bool(_ACTIVE_HTML.search(sentence.text))
        or any(start < sentence.end and sentence.start < end for start, end in hidden)
    )


def _hidden_spans(text: str) -> list[tuple[int, int]]:
    spans = [match.span() for match in _COMMENT.finditer(text)]
    end = 0
    for match in _HIDDEN_ELEMENT.finditer(text):
        if match.start() >= end:
            closing = re.compile(rf"</{match['tag']}", re.IGNORECASE).search(text, match.end())
            end = closing.start() if closing else len(text)
            spans.append((match.start(), end))
    return spans
