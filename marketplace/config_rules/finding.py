"""A finding: one thing that is wrong with a setting."""

from collections.abc import Mapping
from dataclasses import dataclass

Environment = Mapping[str, str]
ON, OFF = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}


@dataclass(frozen=True, order=True)
class Finding:
    """One setting and what is unsafe about it; never its value."""

    setting: str
    says: str

    def __str__(self) -> str:
        return f"{self.setting}: {self.says}"


def is_on(environ: Environment, name: str, default: bool) -> bool:
    """Whether a switch is on, spelled in any usual way."""
    return environ.get(name, "1" if default else "0").lower() in ON
