"""Files that hold keys or people's data."""

from collections.abc import Iterator, Mapping

from marketplace.config_rules.finding import Finding

OTHERS_READ_OR_WRITE = 0o006


def exposed(modes: Mapping[str, int]) -> Iterator[Finding]:
    """Whatever other users of the machine may read or write; `modes` are those of the files that exist."""
    for name, mode in modes.items():
        if mode & OTHERS_READ_OR_WRITE:
            yield Finding(name, "other users of this machine may read or write it; take their rights away (chmod o=)")
