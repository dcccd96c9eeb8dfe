"""Rows 1, 2, 3 and 5: what a public page costs beside a plain one of the same rows and bytes, made anew or cached."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from statistics import median

from benchmarks import load, rounds
from benchmarks.figures import CPU, Figure, Goal, figure
from benchmarks.load import Page
from benchmarks.progress import say
from benchmarks.registry import Run, row, words
from benchmarks.servers import Server, reference, site
from marketplace.clinics.search import PAGE

# A reader with a choice of colours passes the cache by.
UNCACHED = {"Cookie": "theme=light"}
CARD = rb'href="/clinic/[^"/?]+"'
SHOWN = 25  # rows of R beside "hello" and L; beside the site's page it has as many as that
LISTS = {
    "no filter": "",
    "country": "country=tr",
    "country, procedure, language": "country=tr&procedure=facial&language=de",
    "text": "q=lale",
    "price, sorted by it": "max_price=100&currency=EUR&sort=price",
}
OTHERS = {
    "prices": "/treatments/mesotherapy/cost",
    "clinic": "/clinic/{slug}",
    "guide": "/treatments/mesotherapy",
}
LADDER = Page("/clinics", row=CARD, rows=SHOWN)
MIDDLE = 10_000  # clinics: row 5 compares the greatest market with this one
TIMES_HELLO, TOLERANCE = 13, 0.2  # what R has to cost


def plain(query: str, *, size: int) -> Page:
    """Returns R's page for a query, with as many rows as the site's and `size` bytes more than they take."""
    return Page(f"/clinics?{query}&rows={PAGE}&pad={size}", row=CARD, rows=PAGE)


def listed(query: str) -> Page:
    """Returns the site's page for a query, not from its cache."""
    return Page(f"/clinics?{query}".rstrip("?"), headers=UNCACHED, row=CARD, rows=PAGE)


def as_long(yardstick: Server, query: str, *, size: int) -> Page:
    """Returns R's page, filled up to the bytes of the site's; where R is longer it stays so."""
    bare = load.check(yardstick, plain(query, size=0)).size
    return plain(query, size=max(size - bare, 0))


def compare(yardstick: Server, ours: Server, page: Page, query: str, *, what: str, run: Run) -> rounds.Compared:
    """Measures R with the query and the site's page in turns."""
    same = as_long(yardstick, query, size=load.check(ours, page).size)
    found = rounds.in_turns(
        partial(load.measure, yardstick, same), partial(load.measure, ours, page), rounds=run.size.rounds
    )
    rounds.tell(what, found)
    return found


def as_figure(number: str, what: str, found: rounds.Compared, *, goal: Goal, size: str, count: int = 0) -> Figure:
    """Returns the figure of a page: its CPU milliseconds, and the yardstick's by it."""
    ours = rounds.middle(found.site)
    return figure(
        number,
        what,
        value=ours.cost,
        unit=CPU,
        database=ours.database,
        count=count,
        yardstick=rounds.middle(found.yardstick).cost,
        ratio=found.ratio,
        goal=goal,
        size=size,
        spread=found.spread,
        note=rounds.note(found),
    )


def pinned(yardstick: Server, run: Run) -> Figure:
    """Returns whether R costs what it should: 13 times Flask's hello, within a fifth."""
    found = rounds.in_turns(
        partial(load.measure, yardstick, Page("/hello")),
        partial(load.measure, yardstick, LADDER),
        rounds=run.size.rounds,
    )
    times = found.times
    off = abs(times / TIMES_HELLO - 1)
    rounds.tell("R beside Flask's hello", found)
    if off > TOLERANCE:
        say(
            f"  R costs {times:.1f} times Flask's hello: it was written too {'slow' if times > TIMES_HELLO else 'fast'}"
        )
    return figure(
        "0",
        f"R / Flask hello, {TIMES_HELLO} within {TOLERANCE:.0%}: how far off",
        value=rounds.middle(found.site).cost,
        unit=CPU,
        yardstick=rounds.middle(found.yardstick).cost,
        ratio=off,
        goal=Goal("<=", TOLERANCE),
        size=words(run.size.most_clinics),
        spread=found.spread,
        note=f"R costs {times:.1f} times Flask hello",
    )


def tuned(yardstick: Server, run: Run) -> Figure:
    """Returns what L costs by R: how far a plain page comes by habits alone, without a cache."""
    found = rounds.in_turns(
        partial(load.measure, yardstick, LADDER),
        partial(load.measure, yardstick, Page("/tuned", row=CARD, rows=SHOWN)),
        rounds=run.size.rounds,
    )
    rounds.tell("L beside R", found)
    return figure(
        "0",
        "L / R, the same page tuned",
        value=rounds.middle(found.site).cost,
        unit=CPU,
        yardstick=rounds.middle(found.yardstick).cost,
        ratio=found.times,
        goal=Goal("<=", 1.0),
        size=words(run.size.most_clinics),
        spread=found.spread,
        note=rounds.note(found),
    )


@row(1, "list of clinics, not cached")
def lists(run: Run) -> Iterator[Figure]:
    """R / ours for five combinations of filters in the greatest market."""
    market = run.databases.clinics(run.size.most_clinics)
    with reference(run.cluster, market) as yardstick, site(run.cluster, market) as ours:
        yield pinned(yardstick, run)
        yield tuned(yardstick, run)
        for what, query in LISTS.items():
            found = compare(yardstick, ours, listed(query), query, what=what, run=run)
            yield as_figure("1", f"list, {what}: R / ours", found, goal=Goal(">=", 1.15), size=_size(run))


def _size(run: Run) -> str:
    return f"{words(run.size.most_clinics)} clinics"


@row(2, "price page, clinic page, guide, not cached")
def others(run: Run) -> Iterator[Figure]:
    """R / ours for pages that are no list; R is the same list for all."""
    market = run.databases.clinics(run.size.most_clinics)
    slug = first_slug(run, market)
    with reference(run.cluster, market) as yardstick, site(run.cluster, market) as ours:
        for what, path in OTHERS.items():
            page = Page(path.format(slug=slug), headers=UNCACHED)
            found = compare(yardstick, ours, page, "", what=what, run=run)
            yield as_figure("2", f"{what}: R / ours", found, goal=Goal(">=", 1.0), size=_size(run))


def first_slug(run: Run, market: str) -> str:
    """Returns the slug of a published clinic."""
    with run.cluster.superuser(market) as connection:
        found = connection.execute("SELECT slug FROM reference_card ORDER BY id LIMIT 1").fetchone()
    assert found is not None
    return str(found[0])


@row(3, "the same for a second anonymous reader")
def cached(run: Run) -> Iterator[Figure]:
    """K / ours, whole and not modified."""
    market = run.databases.clinics(run.size.most_clinics)
    paths = {"list": "/clinics", **OTHERS}
    slug = first_slug(run, market)
    with reference(run.cluster, market) as yardstick, site(run.cluster, market) as ours:
        for what, path in paths.items():
            page = Page(path.format(slug=slug))
            answer = load.check(ours, page)
            same = Page(f"/cached/clinics?{_fill(yardstick, answer.size)}")
            yield _second_reader(what, (yardstick, same), (ours, page), run)
            if what == "list":
                again = _again(ours, page)
                yield _second_reader("list, not modified", (yardstick, _again(yardstick, same)), (ours, again), run)


def _fill(yardstick: Server, size: int) -> str:
    return as_long(yardstick, "", size=size).path.partition("?")[2].lstrip("&")


def _again(server: Server, page: Page) -> Page:
    """Returns the page as a browser asks that has it; a page without a tag is sent whole."""
    tag = load.check(server, page).etag
    return replace(page, headers={"If-None-Match": tag}, status=304) if tag else page


def _second_reader(what: str, yardstick: tuple[Server, Page], ours: tuple[Server, Page], run: Run) -> Figure:
    found = rounds.in_turns(partial(load.measure, *yardstick), partial(load.measure, *ours), rounds=run.size.rounds)
    rounds.tell(f"{what}, second reader", found)
    return as_figure("3", f"{what}, second reader: K / ours", found, goal=Goal(">=", 0.75), size=_size(run))


@row(5, "list in markets of each size")
def growth(run: Run) -> Iterator[Figure]:
    """Ours in each market / ours at 10,000 clinics; the median of the five combinations."""
    names = {count: run.databases.clinics(count) for count in (MIDDLE, *run.size.clinics)}
    with ExitStack() as stack:
        sites = {
            count: stack.enter_context(site(run.cluster, name, place=place))
            for place, (count, name) in enumerate(names.items())
        }
        found = {what: _beside(sites, query, run=run) for what, query in LISTS.items()}
    for count in sites:
        if count != MIDDLE:
            yield _grown({what: each[count] for what, each in found.items()}, count)


def _beside(sites: Mapping[int, Server], query: str, *, run: Run) -> dict[int, rounds.Compared]:
    page = replace(listed(query), rows=0)  # a small market has no full page of everything
    measured = {count: partial(load.measure, server, page) for count, server in sites.items()}
    return rounds.all_in_turns(measured.pop(MIDDLE), measured, rounds=run.size.few_rounds)


def _grown(found: dict[str, rounds.Compared], count: int) -> Figure:
    times = {what: each.times for what, each in found.items()}
    worst = max(times, key=lambda what: times[what])
    say(f"  {words(count)} clinics: {median(times.values()):.2f} times, most with {worst}: {times[worst]:.2f}")
    return figure(
        "5",
        f"list at {words(count)} / at {words(MIDDLE)} clinics",
        value=median(rounds.middle(each.site).cost for each in found.values()),
        unit=CPU,
        yardstick=median(rounds.middle(each.yardstick).cost for each in found.values()),
        ratio=median(times.values()),
        goal=Goal("<=", 1.10),
        size=f"{words(count)} clinics",
        count=count,
        spread=median(each.spread for each in found.values()),
        note=f"most with {worst}: {times[worst]:.2f}",
    )
