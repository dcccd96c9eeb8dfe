"""Samples in turns: which is taken again, and what the ratio is."""

from collections.abc import Callable, Iterable

from benchmarks import rounds
from benchmarks.load import Sample
from benchmarks.rounds import Patience


def sample(cost: float, *, others: float = 0.0) -> Sample:
    return Sample(cost=cost, per_second=100, p50=1, p99=2, others=others)


def giving(samples: Iterable[Sample]) -> Callable[[], Sample]:
    left = iter(samples)
    return lambda: next(left)


def test_a_quiet_sample_is_taken_once() -> None:
    assert rounds.quiet(giving([sample(1), sample(2)])).cost == 1


def test_a_disturbed_sample_is_taken_again_until_it_is_quiet() -> None:
    found = rounds.quiet(giving([sample(9, others=0.5), sample(8, others=0.11), sample(1, others=0.1)]))
    assert found.cost == 1


def test_where_it_never_gets_quiet_the_quietest_sample_counts() -> None:
    shares = (0.5, 0.2, 0.9, 0.4)
    found = rounds.quiet(giving(sample(n, others=share) for n, share in enumerate(shares)))
    assert found.others == 0.2


def test_a_run_has_so_much_patience_and_no_more() -> None:
    patience = Patience(left=1)
    found = rounds.quiet(giving([sample(1, others=0.5), sample(2, others=0.3), sample(3)]), patience=patience)
    assert found.cost == 2


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    site, yardstick = giving(map(sample, (1, 2, 4))), giving(map(sample, (2, 2, 2)))
    found = rounds.in_turns(yardstick, site, rounds=3)
    assert found.ratios == [2, 1, 0.5]
    assert (found.ratio, found.spread) == (1, 1.5)


def test_yardstick_and_site_take_turns() -> None:
    order = []

    def of(name: str) -> Callable[[], Sample]:
        return lambda: order.append(name) or sample(1)  # type: ignore[func-returns-value]

    rounds.in_turns(of("A"), of("B"), rounds=3)
    assert "".join(order) == "ABABAB"


def test_several_take_turns_beside_one_yardstick() -> None:
    found = rounds.all_in_turns(
        giving(map(sample, (2, 3, 4))),
        {"x": giving(map(sample, (1, 2, 3))), "y": giving(map(sample, (4, 4, 4)))},
        rounds=3,
    )
    assert found["x"].ratios == [2, 1.5, 4 / 3]
    assert found["y"].ratios == [0.5, 0.75, 1]


def test_rounds_that_are_close_are_enough() -> None:
    def samples_until(costs: tuple[float, ...]) -> int:
        return len(rounds.in_turns(lambda: sample(10), giving(map(sample, costs)), rounds=5).site)

    assert samples_until((10, 10.5, 10.2, 10, 10)) == 3
    assert samples_until((10, 20, 10, 10, 10)) == 5
