"""Measures in turns, yardstick and site one after the other, so that what drifts drifts for both."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from statistics import median
from typing import TypeVar

from benchmarks.load import SLOW, Sample
from benchmarks.progress import say

ROUNDS = 5
FEWEST, CLOSE = 3, 0.1  # rounds that are enough where their spread is no greater
MOST_OTHERS = 0.10  # of the CPU, before a sample is taken again
RETAKES = 3  # of one sample
Measure = Callable[[], Sample]
K = TypeVar("K")


@dataclass
class Patience:
    """How many samples of a whole run may be taken again: where it is never quiet, waiting for it helps nothing."""

    left: int = 30

    def spend(self) -> bool:
        """Whether another one may be taken."""
        self.left -= 1
        return self.left >= 0


PATIENCE = Patience()


def quiet(measure: Measure, *, patience: Patience = PATIENCE) -> Sample:
    """Takes a sample, again while others used too much of the CPU; the quietest one where all were disturbed.

    A slow page is not asked for again: that takes longer than a machine stays quiet.
    """
    best = measure()
    for _ in range(RETAKES):
        if best.others <= MOST_OTHERS or best.p50 > SLOW * 1000 or not patience.spend():
            break
        best = min(best, measure(), key=lambda sample: sample.others)
    return best


@dataclass(frozen=True)
class Compared:
    """The samples of yardstick and site, round by round."""

    yardstick: list[Sample]
    site: list[Sample]

    @property
    def ratios(self) -> list[float]:
        """Returns the yardstick's CPU time a request by the site's, a number a round: above 1 the site is cheaper."""
        return [a.cost / b.cost if b.cost else 0.0 for a, b in zip(self.yardstick, self.site, strict=True)]

    @property
    def ratio(self) -> float:
        """Returns the median of the rounds."""
        return median(self.ratios)

    @property
    def times(self) -> float:
        """Returns how many times the yardstick's CPU time the site's is."""
        return 1 / self.ratio if self.ratio else 0.0

    @property
    def spread(self) -> float:
        """Returns how far the rounds are apart, as a share of the median."""
        return spread(self.ratios)

    @property
    def disturbed(self) -> bool:
        """Whether others used too much of the CPU in more than half of the samples."""
        samples = [*self.yardstick, *self.site]
        return median(sample.others for sample in samples) > MOST_OTHERS


def spread(values: list[float]) -> float:
    """Returns (highest - lowest) / median."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def in_turns(yardstick: Measure, site: Measure, *, rounds: int = ROUNDS) -> Compared:
    """Measures A B A B."""
    return all_in_turns(yardstick, {"site": site}, rounds=rounds)["site"]


def all_in_turns(yardstick: Measure, others: Mapping[K, Measure], *, rounds: int = ROUNDS) -> dict[K, Compared]:
    """Measures A B C A B C, and holds each beside the first; no longer than until they are close to each other."""
    firsts: list[Sample] = []
    found: dict[K, Compared] = {name: Compared(firsts, []) for name in others}
    for done in range(1, rounds + 1):
        firsts.append(quiet(yardstick))
        for name, measure in others.items():
            found[name].site.append(quiet(measure))
        if done >= FEWEST and all(each.spread <= CLOSE for each in found.values()):
            break
    return found


def middle(samples: list[Sample]) -> Sample:
    """Returns the sample whose every number is the median of these."""
    columns = zip(*(astuple(sample) for sample in samples), strict=True)
    return Sample(*map(median, columns))


def note(compared: Compared) -> str:
    """Returns what stands beside a ratio: requests a second and latency of both, and whether others disturbed."""
    a, b = middle(compared.yardstick), middle(compared.site)
    words = f"{b.per_second:.0f}/s, p50 {b.p50:.1f} ms, p99 {b.p99:.1f} ms; yardstick {a.per_second:.0f}/s, "
    words += f"p50 {a.p50:.1f} ms, p99 {a.p99:.1f} ms"
    return words + (f"; others used {max(a.others, b.others):.0%} of the CPU" if compared.disturbed else "")


def tell(what: str, compared: Compared) -> None:
    """Prints a line for who waits."""
    a, b = middle(compared.yardstick), middle(compared.site)
    say(f"  {what}: {b.cost:.2f} ms, yardstick {a.cost:.2f} ms, ratio {compared.ratio:.2f}")
