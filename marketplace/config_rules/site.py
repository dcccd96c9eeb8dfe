"""Rules on where the site answers, to whom and how carefully, and where its mail goes out."""

import ipaddress
from collections.abc import Iterator
from email.utils import parseaddr
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from marketplace.config_rules.finding import OFF, ON, Environment, Finding, is_on

ENVIRONMENTS = ("development", "production")
SWITCHES = ("REQUIRE_SECOND_FACTOR", "LIMITS", "CHALLENGES", "MAIL_USE_TLS")


def is_loopback(host: str) -> bool:
    """Whether a name or an address means this machine."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def host_of(url: str) -> str | None:
    """The host of an absolute http(s) URL without a path of its own."""
    try:
        parts = urlsplit(url.rstrip("/"))
        usable = parts.scheme in {"http", "https"} and not (parts.path or parts.query or parts.fragment)
        return parts.hostname if usable and parts.username is None and parts.port != 0 else None
    except ValueError:
        return None


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Findings on the site's address and its switches."""
    yield from _mode(environ)
    yield from _address(environ)
    yield from _hosts(environ)
    if "PROXY_HOPS" not in environ:
        yield Finding("PROXY_HOPS", "is unset; say how many proxies stand in front, 0 for none")
    if not is_on(environ, "REQUIRE_SECOND_FACTOR", True):
        yield Finding("REQUIRE_SECOND_FACTOR", "is off: owners and operators need a second factor")
    if "LIMITS" in environ:
        yield Finding("LIMITS", "is for load tests in development only: unset it")
    if not is_on(environ, "CHALLENGES", True):
        yield Finding("CHALLENGES", "is off: doubtful forms would be taken without one more step")


def unreadable(environ: Environment) -> Iterator[Finding]:
    """Findings on misspelled words: an environment would quietly be development, a switch quietly off."""
    if environ.get("MARKETPLACE_ENV", "development") not in ENVIRONMENTS:
        yield Finding("MARKETPLACE_ENV", "must be development or production")
    if environ.get("TIMEZONE", "UTC") not in available_timezones():
        yield Finding("TIMEZONE", "is no time zone such as Europe/London")
    for name in SWITCHES:
        if environ.get(name, "off").lower() not in {*ON, *OFF}:
            yield Finding(name, "must be on or off")
    if environ.get("SITE_URL") and host_of(environ["SITE_URL"]) is None and not is_production(environ):
        yield Finding("SITE_URL", "must be a scheme and a host, for example http://127.0.0.1:8000")


def is_production(environ: Environment) -> bool:
    """Whether this is a server: more is asked of it."""
    return environ.get("MARKETPLACE_ENV") == "production"


def _mode(environ: Environment) -> Iterator[Finding]:
    if environ.get("MARKETPLACE_ENV", "development") == "development":
        yield Finding("MARKETPLACE_ENV", "is not production")
    if is_on(environ, "FLASK_DEBUG", False):
        yield Finding("FLASK_DEBUG", "is on: it lets anyone run code")


def _address(environ: Environment) -> Iterator[Finding]:
    url = environ.get("SITE_URL", "")
    host = host_of(url)
    if not url:
        yield Finding("SITE_URL", "is missing: links in emails begin with it")
    elif host is None:
        yield Finding("SITE_URL", "must be a scheme and a host, for example https://www.meridian.example")
    elif is_loopback(host):
        yield Finding("SITE_URL", "names this machine: a link in an email would lead nowhere")
    elif not url.startswith("https://"):
        yield Finding("SITE_URL", "must begin with https://")


def _hosts(environ: Environment) -> Iterator[Finding]:
    hosts = [host.strip().lower() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    host = host_of(environ.get("SITE_URL", ""))
    if not hosts:
        yield Finding("TRUSTED_HOSTS", "is missing: the site would answer to any name")
    elif host is not None and host not in hosts:
        yield Finding("TRUSTED_HOSTS", "does not hold the host of SITE_URL")
    if any("*" in name or name.startswith(".") for name in hosts):
        yield Finding("TRUSTED_HOSTS", "holds a wildcard; name each host")


RESERVED_DOMAINS = ("example", "test", "invalid", "localhost", "local")


def sender_domain(environ: Environment) -> str | None:
    """The domain that mail comes from, if somebody can own it."""
    domain = parseaddr(environ.get("MAIL_DEFAULT_SENDER", ""))[1].rpartition("@")[2].lower()
    return domain if "." in domain and domain.rpartition(".")[2] not in RESERVED_DOMAINS else None


def unsafe_mail(environ: Environment) -> Iterator[Finding]:
    """Findings on the way mail leaves."""
    server = environ.get("MAIL_SERVER", "")
    if not server:
        yield Finding("MAIL_SERVER", "is missing: no email would leave")
    elif not is_loopback(server) and not is_on(environ, "MAIL_USE_TLS", False):
        yield Finding("MAIL_USE_TLS", "is off although MAIL_SERVER is another machine")
    if sender_domain(environ) is None:
        yield Finding("MAIL_DEFAULT_SENDER", "is missing or an address of a domain nobody can own")


def dns_advice(environ: Environment) -> Iterator[str]:
    """The DNS records without which mail of this sender counts as forged."""
    domain = sender_domain(environ)
    if domain is None:
        return
    yield f'{domain}. TXT "v=spf1 <what your mail service names> -all"'
    yield f'<selector>._domainkey.{domain}. TXT "v=DKIM1; k=rsa; p=<the public key of your mail service>"'
    yield f'_dmarc.{domain}. TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s; rua=mailto:postmaster@{domain}"'
