"""Some four hundred of what `make torture` sends five thousand of."""

from tests.fuzzing import fuzz
from tests.world import World


def test_sp10_nothing_sent_breaks_a_page(world: World) -> None:
    statuses = fuzz(world, cases=400)
    assert {200, 303, 400, 404, 422} <= set(statuses), statuses
