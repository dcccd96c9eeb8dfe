"""Row 18: what a reader with a slow phone and a slow network sees of four pages, in Chromium."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks import rounds
from benchmarks.figures import Figure, Goal, figure
from benchmarks.progress import say
from benchmarks.registry import Run, row, words
from benchmarks.servers import site
from marketplace.processes.launch import CannotStart

PAGES = {
    "guide": "/treatments/mesotherapy",
    "prices": "/treatments/mesotherapy/cost",
    "list": "/clinics",
    "form": "/get-quotes",
}
GOALS = {"LCP": ("ms", 1200), "INP": ("ms", 100), "CLS": ("", 0.01)}
SLOWER = 4  # times, of the CPU
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8}
LOOKS = 3  # at each page, each in a browser that knows nothing of the site
SETTLE = 500  # milliseconds until what happens by itself has happened
FLAGS = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
OBSERVE = """
window.seen = {LCP: 0, INP: 0, CLS: 0};
const watch = (type, note, more) => new PerformanceObserver(
  list => list.getEntries().forEach(note)).observe({type, buffered: true, ...more});
watch('largest-contentful-paint', entry => { seen.LCP = entry.startTime; });
watch('layout-shift', entry => { if (!entry.hadRecentInput) seen.CLS += entry.value; });
watch('event', entry => { if (entry.interactionId) seen.INP = Math.max(seen.INP, entry.duration); },
  {durationThreshold: 16});
"""


@dataclass(frozen=True)
class Seen:
    """Milliseconds until the greatest thing is painted and until the slowest answer to a touch; the shift."""

    LCP: float
    INP: float
    CLS: float


@contextmanager
def _chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        raise CannotStart("Chromium is not installed: on Debian and Ubuntu, apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@row(18, "what a slow phone sees")
def vitals(run: Run) -> Iterator[Figure]:
    """LCP, INP and CLS of guide, prices, list and form, with a quarter of the CPU and slow 4G."""
    market = run.databases.clinics(run.size.most_clinics)
    with site(run.cluster, market, pinned=False) as ours, _chromium() as browser:
        for what, path in PAGES.items():
            looks = [_look(browser, f"http://127.0.0.1:{ours.port}{path}") for _ in range(LOOKS)]
            for name, (unit, most) in GOALS.items():
                yield _figure(f"{what}, {name}", [getattr(look, name) for look in looks], unit, most, run)


def _figure(what: str, values: list[float], unit: str, most: float, run: Run) -> Figure:
    value = median(values)
    say(f"  {what}: {value:.4g}")
    size = f"{words(run.size.most_clinics)} clinics"
    spread = rounds.spread(values)
    return figure("18", what, value=value, unit=unit, ratio=value, goal=Goal("<=", most), size=size, spread=spread)


def _open_what_folds(page: Page) -> None:
    """Touches the first thing of the page that opens, where it has one."""
    folds = page.locator("main summary:visible")
    if folds.count():
        folds.first.click()


def _look(browser: Browser, address: str) -> Seen:
    context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=2)
    try:
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.send("Network.emulateNetworkConditions", SLOW_4G)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        page.add_init_script(OBSERVE)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(SETTLE)
        painted = page.evaluate("seen.LCP")
        page.locator("h1").first.click()
        page.keyboard.press("Tab")
        _open_what_folds(page)
        page.wait_for_timeout(SETTLE)
        found = page.evaluate("seen")
        return Seen(LCP=painted, INP=found["INP"], CLS=found["CLS"])
    finally:
        context.close()
