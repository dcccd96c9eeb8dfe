"""The sample requests: each is played with the packages' own verbs, at the moments they would have happened."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from marketplace.accounts.models import Account
from marketplace.aftercare import asking, passport, plans
from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.foundation import clock
from marketplace.leads import actions, clocks, request_actions, submission
from marketplace.quote_requests import answer_changes, drafts, photos
from marketplace.quote_requests.read_only_links import QUOTES, ReadOnlyLook, links_of, make_link
from marketplace.quotes import choosing
from marketplace.quotes.models import Quote
from marketplace.sample.clinics import send_quote
from marketplace.sample.drawn_photos import sample_photo
from marketplace.sample.story import Story

FILE = Path(__file__).parent / "requests.yaml"
QUESTION = "Have you had this treatment before, and when was the last time?"
ANSWER = "No, this would be the first time."


def play_all(clinics: dict[str, Clinic], owners: dict[str, Account]) -> int:
    """Plays every request of the file, the oldest first; returns how many."""
    rows: list[dict[str, Any]] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    stories = [Story(row, clinics, owners, clock.now()) for row in rows]
    for story in sorted(stories, key=lambda story: story.now):
        ask(story)
        STORIES[story.row["story"]](story)
    # What is due by now is done now: the first run of the timers finds nothing to say about the past.
    clocks.expire_due(clock.now())
    clocks.remind_due(clock.now())
    return len(stories)


def ask(story: Story) -> None:
    """Answers the form and sends it."""
    row = story.row
    with story.after():
        request = story.request = drafts.start()
        request.created_at = clock.now()
        drafts.answer_treatment(request, procedure_slug=row["procedure"], concern=row.get("concern"))
        drafts.answer_where(request, home_country=row["home_country"], destinations=row["destinations"])
        drafts.answer_when(request, timing=row["timing"], month_from=None, month_to=None)
        drafts.answer_coded_choices(request, {"trips": row["trips"]})
        drafts.answer_budget(request, amount=None, currency=None, scope=None, share=False)
        drafts.answer_health(request, conditions=row["conditions"], details="")
        for number in range(row.get("photos", 0)):
            photos.add(request, sample_photo(number + 1))
        contact = {"name": row["name"], "email": row["email"], "phone": "", "languages": row["languages"]}
        drafts.answer_you(request, **contact, questions=[])
        wanted = [story.clinics[slug] for slug in row["clinics"]]
        drafts.answer_clinics(request, clinics=wanted, wait=not wanted)
        submission.submit(request, share_health=row["share_health"], aftercare=row.get("aftercare", False))


def unconfirmed(story: Story) -> None:
    """The mail to confirm was not opened yet; it was said once more."""
    with story.after("timer", hours=24):
        story.request.reminded_at = clock.now()


def confirmed(story: Story) -> None:
    """Confirms the request: the clinics have it."""
    with story.after(minutes=12):
        submission.confirm(story.request)


def opened(story: Story) -> None:
    """Opens the lead at every clinic."""
    confirmed(story)
    for lead in story.leads:
        with story.after(story.member(lead), minutes=35):
            if story.request.share_health:
                actions.record_access(lead, actor=story.member(lead), what="health")
            else:
                actions.open_lead(lead)


def quoted(story: Story, n: int) -> list[Quote]:
    """The first n clinics sent their quotes."""
    opened(story)
    quotes = []
    for position, lead in enumerate(story.leads[:n]):
        with story.after(story.member(lead), hours=2 + 3 * position):
            quotes.append(send_quote(lead, position=position))
    return quotes


def shared(story: Story) -> None:
    """Three quotes, one answer changed since, and a link by which a friend has looked."""
    quoted(story, 3)
    with story.after(hours=3):
        before = answer_changes.begin(story.request)
        drafts.answer_when(story.request, timing="quarter", month_from=None, month_to=None)
        answer_changes.done(story.request, before)
        make_link(story.request, reader="friend", with_health=False)
        (link,) = links_of(story.request)
    with story.after("friend", hours=1):
        looked = {"link_id": link.id, "request_id": story.request.id, "what": QUOTES, "at": clock.now()}
        db.session.add(ReadOnlyLook(**looked))


def asked(story: Story) -> None:
    """The first clinic asked its question, the second one was answered."""
    opened(story)
    for position, lead in enumerate(story.leads):
        with story.after(story.member(lead), hours=1):
            actions.ask(lead, QUESTION)
        if position:
            with story.after(hours=3):
                actions.answer_question(lead, ANSWER)


def declined_one(story: Story) -> None:
    """One quote, one no with its reason."""
    quoted(story, 1)
    last = story.leads[-1]
    with story.after(story.member(last), hours=1):
        actions.decline(last, "no_dates")


def expired_one(story: Story) -> None:
    """One quote; the other clinic let its time run out."""
    confirmed(story)
    first = story.leads[0]
    with story.after(story.member(first), hours=5):
        actions.record_access(first, actor=story.member(first), what="health")
        send_quote(first, position=0)
    late = max(lead.due_at for lead in story.leads)
    with story.after("timer", seconds=max(0.0, (late - story.now).total_seconds()) + 60):
        clocks.expire_due(clock.now())


def chosen(story: Story) -> None:
    """Three quotes and a choice that can still be undone."""
    quotes = quoted(story, 3)
    story.now = story.latest - timedelta(hours=20)
    with story.after():
        choosing.choose(quotes[-1])


def settled(story: Story) -> None:
    """A choice that was not undone."""
    quotes = quoted(story, 3)
    with story.after(days=2):
        choosing.choose(quotes[0])
    with story.after("timer", hours=49):
        choosing.settle_due(clock.now())


def treated(story: Story) -> None:
    """A choice, the first session two weeks ago, and the question how it is."""
    won, first = quoted(story, 3)[0], story.now.date() + timedelta(days=3)
    with story.after(days=2):
        choosing.choose(won)
        plans.set_first_session(story.request, first)
    with story.after("timer", hours=49):
        choosing.settle_due(clock.now())
        said = {**story.row["session"], "day": first.isoformat(), "product": won.product}
        passport.write(won.lead, 1, said, author="clinic")
    with story.after("timer", days=14):
        asking.ask_due(clock.now())


def paused(story: Story) -> None:
    """One quote, then the person needed time."""
    quoted(story, 1)
    with story.after(hours=20):
        request_actions.pause(story.request)


def withdrawn(story: Story) -> None:
    """One quote, then the request was deleted."""
    quoted(story, 1)
    with story.after(days=2):
        request_actions.delete_request(story.request)


def closed(story: Story) -> None:
    """Two quotes, and the person is done."""
    quoted(story, 2)
    with story.after(days=3):
        request_actions.close(story.request)


def expired(story: Story) -> None:
    """Open too long without a choice."""
    quoted(story, 1)
    with story.after("timer", days=91):
        request_actions.expire_due(clock.now())


STORIES: dict[str, Callable[[Story], object]] = {
    "unconfirmed": unconfirmed,
    "open_new": confirmed,
    "open_opened": opened,
    "one_quote": lambda story: quoted(story, 1),
    "three_quotes": lambda story: quoted(story, 3),
    "shared": shared,
    "asked": asked,
    "declined_one": declined_one,
    "expired_one": expired_one,
    "chosen": chosen,
    "settled": settled,
    "treated": treated,
    "paused": paused,
    "withdrawn": withdrawn,
    "closed": closed,
    "expired": expired,
    "no_clinic": confirmed,
}
