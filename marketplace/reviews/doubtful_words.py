"""Finds sentences that promise what nobody can promise, press for a decision, or pass contact details on.

A sentence is only pointed at, never refused, so a rule may err on the quiet side: an honest "no" beside the word, a
term of payment, an age or a strength of a medicine is no claim. A clinic is asked about what was found before it goes
to a patient, and may send it with a flag.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator

from flask_babel import gettext

from marketplace.foundation.problems import FieldProblem
from marketplace.reviews.models import ReviewKind


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_SENTENCES = re.compile(r"(?<=[.!?…])\s+|\n+")
_CLAUSES = _any_of(r"[,;:–—]\s+", r"\s+(?:but|and|aber|und)\s+")
# Before the claim, in its clause. "Not only" and "nicht nur" take nothing back.
_NOT_BEFORE = _any_of(
    r"\bnot?\b(?! only| just)",
    r"\b(?:never|nobody|none|nothing|neither|nor|without|cannot|can't|don't|doesn't|isn't|aren't|won't)\b",
    r"\bnicht\b(?! nur)",
    r"\b(?:kein\w*|nie|niemals|niemand|nichts|ohne|sin|ningun\w*|ne|pas|non)\b",
)
_NOT_AFTER = re.compile(
    r"\s*(?:\w+\s+){0,2}?(?:(?:is|are|can|could|will|gibt es|ist|sind|kann|können|wird)\s+)?(?:be\s+)?"
    r"(?:not\b|never\b|cannot\b|impossible|nicht\b|edemeyiz|veremeyiz|vermiyoruz|değil|yok)",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"\W*(?:\w+\W+){0,3}(?:review|visit|refund|price|deposit|repl|answer|appointment|follow|steril|hygien|privacy"
    r"|termin|erstattung)",
    re.IGNORECASE,
)
_NEAR = r"(?=\W+(?:\w+\W+){0,2}(?:%s))"
_PERCENT = r" ?(?:%|percent\b|per cent\b|prozent\b)"
_CLAIMS = _any_of(
    r"\bguarante\w*|\bgarant\w+",
    rf"\b100{_PERCENT}" + _NEAR % "safe|success|result|effect|satisf|certain|sure|sicher|erfolg|wirk",
    r"\bpain[ -]?(?:less|free)\w*|\b(?:no|zero) pain\b|\bschmerz(?:frei|los)\w*",
    r"\bsans douleur|\bindolor\w*|\bağrısız|\bbezbolesn\w*",
    r"\brisk[ -]?free|\b(?:no|zero) risks?\b(?!-)|\brisikofrei\w*",
    r"\bohne risiko|\bsin riesgo|\bsans risque|\brisksiz",
    r"\b(?:no|zero|without(?: any)?) side[ -]effects|\b(?:keine|ohne) nebenwirkungen",
    r"(?<!for )(?<!for the )\bbest (?:\w+ )?(?:clinic|doctor|dermatologist|surgeon|result|price|treatment)s?\b",
    r"\bbest (?:\w+ )?(?:quality|specialist|hospital|team|practitioner|\w*therapy)s?\b|\bbest in\b",
    r"\bbeste[nrms]? (?:klinik|arzt|ärzt|ergebnis|preis|qualität|behandlung)\w*",
    r"\b(?:number one|no\. ?1|nr\. ?1|world'?s? leading|cheapest|günstigste\w*)\b",
    r"\byounger\b(?! than\b)|\bverjüng\w*|\bjünger (?:aus|wirken)\w*|\bjahre jünger",
    rf"\b(?:up to|bis zu) \d+{_PERCENT}" + _NEAR % r"off\b|less|cheaper|discount|saving|better|improve|reduc|fewer",
    rf"\b(?:up to|bis zu) \d+{_PERCENT}" + _NEAR % "günstiger|rabatt|ersparnis|weniger",
    r"\bsave up to \d+|\bpermanent(?:ly)? (?:result|effect|remov|smooth)\w*|\blasts? forever",
    r"\bmiracle|\bcures?\b|\bwunder(?:mittel|wirk)\w*",
)
_PRESSURE = _any_of(
    r"\bonly \d+ (?:\w+ )?(?:place|spot|slot|appointment|seat|room)s?\b",
    r"\b(?:book|decide|pay|reserve|act|confirm) (?:today|now|immediately|fast)\b",
    r"\blast chance|\b(?:today|this week) only|\bhurry|\blimited (?:place|time|offer|spot)s?|\boffer ends",
    r"\b(?:price|offer) (?:goes up|rises|expires) (?:today|tomorrow|tonight|soon)",
    r"\bdon'?t miss|\b(?:running out|going fast)\b|\bbefore it'?s too late",
    r"\bnur noch \d+|\bnur heute|\bjetzt buchen|\bheute (?:noch )?buchen|\bletzte chance|\bangebot endet",
)
_DETAILS = (
    r"[\w.+-]{1,64}@[\w-]{1,64}\.\w+|[\w.+-]{1,64} ?[(\[]at[)\]] ?[\w-]+",
    r"\bhttps?://\S+|\bwww\.\S+|\b(?:wa|t|line)\.me\b",
    r"(?<!\d)(?:\+|00)[ (]?\d(?:[ ().\-/]{0,2}\d){6,13}",
    r"(?<!\d)\(?\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}(?!\d)",
    r"(?<!\d)0\d(?:[ ()\-/]?\d){8,11}(?!\d)",
    r"\b(?:call|phone|tel|telephone|mobile|ring|text|reach|number|telefon|anruf\w*)\b\D{0,20}\d(?:[ \-]?\d){6,}",
)
_ANY_DETAIL = _any_of(*_DETAILS)
_CONTACT = _any_of(
    *_DETAILS, r"\b(?:what'?s ?app|telegram|viber|we ?chat|instagram|insta|facebook|messenger|kakao ?talk)\b"
)


def doubtful(text: str) -> list[str]:
    """Returns the sentences that promise a result, deny every risk or make a comparison nobody can check."""
    return [sentence for sentence in _sentences(text) if any(_claims(clause) for clause in _CLAUSES.split(sentence))]


def pressing(text: str) -> list[str]:
    """Returns the sentences that press for a quick decision."""
    return _stated(text, _PRESSURE)


def contact(text: str) -> list[str]:
    """Returns the sentences with a phone number, an address or the name of a messenger."""
    return _stated(text, _CONTACT)


def details(text: str) -> list[str]:
    """Returns the sentences with a phone number, an address or a link, also those that ask not to use it."""
    return [sentence for sentence in _sentences(text) if _ANY_DETAIL.search(sentence)]


def _stated(text: str, pattern: re.Pattern[str]) -> list[str]:
    def found(clause: str) -> bool:
        return any(not _NOT_BEFORE.search(clause[: match.start()]) for match in pattern.finditer(clause))

    return [sentence for sentence in _sentences(text) if any(map(found, _CLAUSES.split(sentence)))]


def _sentences(text: str) -> Iterator[str]:
    """Splits a text into sentences, with digits of every script as ASCII."""
    plain = "".join(_plain(character) for character in text)
    return (part.strip() for part in _SENTENCES.split(plain) if part.strip())


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    return {"’": "'", "\u00a0": " ", "\u202f": " "}.get(character, character) if digit is None else str(digit)


def _claims(clause: str) -> bool:
    return any(not _taken_back(clause, match) for match in _CLAIMS.finditer(clause))


def _taken_back(clause: str, match: re.Match[str]) -> bool:
    """Whether an honest "no" stands before or after the claim, or it promises a service rather than a result."""
    before, after = clause[: match.start()], clause[match.end() :]
    if _NOT_BEFORE.search(before):
        return True
    if re.match(r"gu?arant", match.group(), re.IGNORECASE):
        return bool(_NOT_AFTER.match(after) or _SERVICE.match(after))
    return False


MAX_SHOWN = 120
BY_TICK = "unconfirmed"  # the reason of what a tick at "Send it as it is" answers
_FINDERS: dict[ReviewKind, Callable[[str], list[str]]] = {
    ReviewKind.CONTACT_DETAILS: contact,
    ReviewKind.PRESSURE: pressing,
}


def asked_about(text: str, *, at: str) -> Iterator[tuple[ReviewKind, FieldProblem]]:
    """Yields contact details and pressure in a text, each with the words for the field it stands in."""
    for kind, find in _FINDERS.items():
        if found := find(text):
            yield kind, FieldProblem(BY_TICK, _in_words(kind, found[0]), at)


def _in_words(kind: ReviewKind, sentence: str) -> str:
    shown = sentence if len(sentence) <= MAX_SHOWN else f"{sentence[: MAX_SHOWN - 1]}…"
    if kind == ReviewKind.CONTACT_DETAILS:
        return gettext(
            "“%(sentence)s”: the patient gets your contact details when they choose you."
            " Take it out, or tick “Send it as it is”",
            sentence=shown,
        )
    return gettext(
        "“%(sentence)s” presses the patient to decide quickly. Take it out, or tick “Send it as it is”", sentence=shown
    )
