"""nginx as docs/nginx.conf says, but for the certificate: it listens on loopback and speaks plain HTTP."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from marketplace.processes.mailbox import free_port
from tests.browser import ROOT, wait_for
from tests.torture.poster import Poster

MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def program() -> str:
    """The system's, or the one `make torture` fetched."""
    fetched = Path(sys.prefix) / "nginx" / "usr" / "sbin" / "nginx"
    found = shutil.which("nginx") or (str(fetched) if fetched.exists() else None)
    if found is None or subprocess.run([found, "-v"], capture_output=True, check=False).returncode:
        pytest.skip("nginx is not installed and could not be fetched")
    return found


def documented(*, behind: Sequence[str], port: int, elsewhere: int) -> str:
    """The documented file with our ports and without TLS; each place must be there."""
    text = (ROOT / "docs" / "nginx.conf").read_text()
    for pattern, ours, times in [
        (r"server 127\.0\.0\.1:8000;", "".join(f"server {address};" for address in behind), 1),
        (r"listen 80;", f"listen 127.0.0.1:{elsewhere};", 1),
        (r"listen 443 ssl http2;", f"listen 127.0.0.1:{port};", 1),
        (r"listen \[::\].*;", "", 2),
        (r"ssl_\w+ .*;", "", 3),
        (r"client_body_temp_path .*;", "", 1),
        (r"error_log .*;", "", 1),
    ]:
        text, replaced = re.subn(pattern, ours, text)
        assert replaced == times, pattern
    return text


class Front:
    """One nginx before the site, which listens at each of `behind`."""

    def __init__(self, folder: Path, *, behind: Sequence[str]) -> None:
        nginx, self.port = program(), free_port()
        folder.mkdir()
        (folder / "site.conf").write_text(documented(behind=behind, port=self.port, elsewhere=free_port()))
        # A test's folder is its owner's alone.
        user = "user root root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
        log = folder / "error.log"
        command = [nginx, "-p", str(folder), "-e", str(log), "-c", str(folder / "nginx.conf")]
        self._process = subprocess.Popen(command)
        wait_for(lambda: Poster(self.port).get("/healthz").status == 200, seconds=10)

    def stop(self) -> None:
        """At once."""
        self._process.terminate()
        self._process.wait(10)
