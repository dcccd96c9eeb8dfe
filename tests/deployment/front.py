"""nginx as docs/deployment/nginx.conf says, but for ports, folders and certificate: it listens on loopback only."""

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from marketplace.foundation import clock
from marketplace.processes.mailbox import free_port
from tests.browser import wait_for
from tests.deployment.programs import DEPLOYMENT, program, run
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
ON_LOOPBACK = [
    (r"server 127\.0\.0\.1:8000;", "{servers}", 1),
    (r"listen 80;", "listen 127.0.0.1:{elsewhere};", 1),
    (r"listen 443 ssl http2;", "listen 127.0.0.1:{port} ssl http2;", 1),
    (r"listen \[::\].*;", "", 2),
    (r"/etc/ssl/quotes/", "{folder}/", 2),
    (r"/dev/shm/", "{folder}/", 2),
    (r"error_log .*;", "", 1),
]
WITHOUT_TLS = [(r" ssl http2;", ";", 1), (r"ssl_\w+ .*;", "", 3)]


def _replaced(text: str, places: list[tuple[str, str, int]], **ours: object) -> str:
    """The text with our own; each place must be there."""
    for pattern, new, times in places:
        text, found = re.subn(pattern, new.format(**ours), text)
        assert found == times, pattern
    return text


def written(folder: Path, *, behind: Sequence[str], tls: bool = False, port: int = 0) -> Path:
    """Writes nginx's main file, the documented one and a certificate into the folder; returns the main file."""
    text = (DEPLOYMENT / "nginx.conf").read_text()
    ports = {"port": port or free_port(), "elsewhere": free_port()}
    servers = "".join(f"server {address};" for address in behind)
    text = _replaced(text, ON_LOOPBACK, folder=folder, servers=servers, **ports)
    (folder / "site.conf").write_text(text if tls else _replaced(text, WITHOUT_TLS))
    write_certificate(folder)
    # A test's folder is its owner's alone.
    user = "user root root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(folder=folder, user=user))
    return main


def write_certificate(folder: Path) -> None:
    """One that names nobody and is signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(clock.now()).not_valid_after(clock.now() + timedelta(days=1))
    certificate = made.sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def need_nginx() -> None:
    """Skips an experiment on a machine that could not have nginx."""
    if program("nginx") is None or run("nginx", "-v").returncode:
        pytest.skip("nginx is not installed and could not be fetched")


class Front:
    """One nginx before the site, which listens at each of `behind`."""

    def __init__(self, folder: Path, *, behind: Sequence[str]) -> None:
        nginx, self.port, self._folder = program("nginx"), free_port(), folder
        assert nginx is not None
        folder.mkdir()
        main = written(folder, behind=behind, port=self.port)
        self._process = subprocess.Popen([nginx, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)])
        wait_for(lambda: Poster(self.port).get("/healthz").status == 200, seconds=10)

    def point_to(self, address: str) -> None:
        """Writes another address into the file and reloads, as the handbook says."""
        file = self._folder / "site.conf"
        file.write_text(re.sub(r"server 127\.0\.0\.1:\d+;", f"server {address};", file.read_text()))
        self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """At once."""
        self._process.terminate()
        self._process.wait(10)
