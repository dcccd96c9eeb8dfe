"""The slow experiments: `make torture` runs them and ends in one table."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from marketplace.foundation.security.sealed import keyring
from tests.torture.figures import Figure, Figures
from tests.torture.real_site import RealSite

COLLECTED = pytest.StashKey[Figures]()
Note = Callable[[str, str, str], None]
StartSite = Callable[..., RealSite]


def pytest_configure(config: pytest.Config) -> None:
    """One collector for the whole run."""
    config.stash[COLLECTED] = Figures()
    config.pluginmanager.register(config.stash[COLLECTED], "torture-figures")


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Note:
    """`figure("RP1", "1,000 mails, 50 kills", "0 lost")`: a row of the table; the test's outcome is its result."""

    def note(case: str, what: str, value: str) -> None:
        request.config.stash[COLLECTED].note(request.node.nodeid, Figure(case, what, value))

    return note


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[StartSite]:
    """`start_site(change="", SETTING="value")`: a whole site of the test's own, ready; stopped afterwards."""
    sites: list[RealSite] = []
    keys = dict(vars(keyring))

    def start(folder: Path = tmp_path, **options: Any) -> RealSite:
        sites.append(RealSite(folder, **options))
        sites[-1].wait_until_ready(seconds=180)
        return sites[-1]

    yield start
    for site in sites:
        site.stop()
    vars(keyring).update(keys)


@pytest.fixture
def real_site(start_site: StartSite) -> RealSite:
    """The site as it is."""
    return start_site()
