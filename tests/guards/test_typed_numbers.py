"""No page, email or text types a duration or a limit that the code acts on: it names a promise instead."""

import re
from pathlib import Path

import pytest
from flask import Flask

from marketplace.catalogue.geography import CONTENT
from marketplace.foundation.values.durations import days
from marketplace.web.promises import DURATIONS, PROMISED_LIMITS, UNITS, filled
from tests.browser import ROOT
from tests.reading import Reader, words

WORDS = "two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|twenty|thirty|sixty|ninety"
NUMBER = rf"(?:\d[\d,.]*|one|{WORDS})"
SPAN = r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)\b"
TYPED = re.compile(
    rf"(?<![\w-]){NUMBER} (?:more |full |working |opening )?{SPAN}"
    rf"|\b(?:within|after|in|for|least|than) an? (?:half )?{SPAN}"
    rf"|\b(?:up to|at most|no more than|more than|fewer than|at least) (?:\d[\d,.]*|{WORDS})\b"
    rf"|(?<![\w-])(?:\d[\d,.]*|{WORDS}) (?:\w+ )?(?:or more|or fewer|at most|in all)\b"
    r"|\b\d+ (?:MB|characters)\b",
    re.IGNORECASE,
)
# In the folder of a treatment a duration is a fact of medicine, unless its sentence is about what the site does.
OF_THE_SITE = re.compile(
    r"\b(?:requests?|quotes?|repl(?:y|ies)|answers?|links?|photos?|messages?|delete\w*)\b", re.IGNORECASE
)
JINJA_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
SENTENCE = re.compile(r"[^.\n]+(?:\.(?=\S)[^.\n]*)*")
# What is typed and stays so: the words, and why no constant stands behind them.
EXCEPTIONS = {
    "answer within a day": "what clinics usually do, not what they must",
    "Write or call within a day": "advice to the clinic that was chosen",
    "more than three is rarely useful": "advice to the patient",
    "at least a week before a check ends": "advice to the clinic",
    "Load this page again in a minute": "advice to whoever meets a restart",
    "within a minute": "as soon as the worker comes to it, which is a matter of seconds",
    "two to four weeks apart": "medicine",
    "ten quotes sent here within 12 months": "how a range is made by people; no quote is counted yet",
    "ten or more from that country in the last 12 months": "how a range is made by people; no quote is counted yet",
    "lder than 12 months": "how people mark a range when they review it",
    "Four sessions three weeks apart": "an example that is worked out",
    "paid for by clinics one day": "no duration",
}


def typed_in(text: str, *, medicine: bool = False) -> list[str]:
    """Each sentence that types a duration or limit and is no exception."""
    sentences = SENTENCE.findall(JINJA_COMMENT.sub("", text))
    found = [sentence.strip() for sentence in sentences if TYPED.search(sentence)]
    if medicine:
        found = [sentence for sentence in found if OF_THE_SITE.search(sentence)]
    return [sentence for sentence in found if not any(words in sentence for words in EXCEPTIONS)]


def files() -> list[tuple[Path, bool]]:
    """What people read, and whether it is a treatment's own text."""
    templates = [(path, False) for path in (ROOT / "templates").rglob("*") if path.suffix in {".html", ".txt"}]
    texts = [path for path in CONTENT.rglob("*") if path.suffix in {".md", ".yaml"}]
    return sorted(templates + [(path, (path.parent / "treatment.yaml").exists()) for path in texts])


@pytest.mark.parametrize(("path", "medicine"), files(), ids=lambda value: value.name if isinstance(value, Path) else "")
def test_nothing_types_what_a_constant_says(path: Path, medicine: bool) -> None:
    assert typed_in(path.read_text(), medicine=medicine) == []


@pytest.mark.parametrize(
    "line",
    [
        "{{ _('The link works for 7 days.') }}",
        "- **Photos:** ninety days from upload",
        "You can undo it for 48 full hours.",
        "If you have not answered within a week, we ask again.",
        "{{ _('Up to 4 in all. JPG or PNG, each smaller than 10 MB') }}",
        "Select up to five clinics",
        "10 characters or more",
    ],
)
def test_a_typed_one_would_be_seen(line: str) -> None:
    assert typed_in(f"Before this. {line} And after it.")


def test_what_is_medicine_may_be_typed_and_what_the_site_does_may_not() -> None:
    fact, promise = "Redness goes within 6 to 24 hours.", "A clinic has 48 hours for its answer."
    assert typed_in(f"{fact} {promise}", medicine=True) == [promise.rstrip(".")]
    assert len(typed_in(f"{fact} {promise}")) == 2
    assert typed_in("{# a comment says 7 days #}{{ promise.reply | hours }}, {{ promise.clinics }} clinics") == []


def test_no_exception_is_left_over() -> None:
    everything = "".join(path.read_text() for path, _medicine in files())
    assert [words for words in EXCEPTIONS if words not in everything] == []


def test_every_promise_a_text_names_is_known_and_every_one_known_is_named() -> None:
    sources = "".join(path.read_text() for path, _medicine in files())
    named = set(re.findall(r"promise\.(\w+)", sources))
    assert named == DURATIONS.keys() | PROMISED_LIMITS.keys()
    assert not any("{{" in filled(path.read_text()) for path in CONTENT.rglob("*.md"))


def test_a_page_and_a_text_say_what_the_constant_says(client: Reader, app: Flask) -> None:
    assert f"Health answers: {days(DURATIONS['health_after_end'])} after" in words(
        client.get("/privacy").page.one("main")
    )
    assert f"up to {PROMISED_LIMITS['clinics']} checked clinics" in words(client.get("/").page.one("main"))
    assert set(UNITS) <= set(app.jinja_env.filters)


def test_what_names_no_promise_stays_as_it_stands() -> None:
    strange = "{{ promise.nothing | days }} {{ promise.reply }} {{ promise.clinics | days }} {{ config }} {{ 7 * 7 }}"
    assert filled(strange) == strange
