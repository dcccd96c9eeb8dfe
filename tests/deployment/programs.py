"""Programs that check files of docs/deployment/: the system's, or those that `make test` unpacked beside the tools.

Where one can be had neither way `make test` has said so, and the test that wants it reads the file by itself, which
finds less. So no test leaves a file out.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.browser import ROOT

DEPLOYMENT = ROOT / "docs" / "deployment"
TOOLS = Path(sys.prefix)
# Of unpacked packages: where the program lies, and its own libraries.
UNPACKED = {
    "promtool": (TOOLS / "prometheus" / "usr" / "bin" / "promtool", None),
    "nginx": (TOOLS / "nginx" / "usr" / "sbin" / "nginx", None),
    "systemd-analyze": (TOOLS / "systemd" / "usr" / "bin" / "systemd-analyze", TOOLS / "systemd"),
    "hadolint": (TOOLS / "bin" / "hadolint", None),
}


def program(name: str) -> str | None:
    """Where the program is; None where it could not be had."""
    unpacked, _libraries = UNPACKED[name]
    return shutil.which(name) or (str(unpacked) if unpacked.exists() else None)


def run(name: str, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs the program to its end; its errors are part of its output."""
    found, libraries = program(name), UNPACKED[name][1]
    assert found is not None
    paths = ":".join(str(path.parent) for path in libraries.rglob("libsystemd-shared-*.so")) if libraries else ""
    # Units want targets of systemd's own.
    units = {"SYSTEMD_UNIT_PATH": f"{TOOLS}/systemd/lib/systemd/system:/lib/systemd/system:"}
    environ = (
        os.environ
        | (units if name == "systemd-analyze" else {})
        | ({"LD_LIBRARY_PATH": paths} if found.startswith(str(TOOLS)) and paths else {})
    )
    command = [found, *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
