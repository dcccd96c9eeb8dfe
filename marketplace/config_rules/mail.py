"""Where mail goes out, and what the world must be told about its sender."""

from collections.abc import Iterator
from email.utils import parseaddr

from marketplace.config_rules.finding import Environment, Finding, is_on
from marketplace.config_rules.site import is_loopback

NOBODYS = ("example", "test", "invalid", "localhost", "local")


def sender_domain(environ: Environment) -> str | None:
    """The domain mail comes from, if somebody can own it."""
    domain = parseaddr(environ.get("MAIL_DEFAULT_SENDER", ""))[1].rpartition("@")[2].lower()
    return domain if "." in domain and domain.rpartition(".")[2] not in NOBODYS else None


def unsafe(environ: Environment) -> Iterator[Finding]:
    """Everything that is wrong with the way mail leaves."""
    server = environ.get("MAIL_SERVER", "")
    if not server:
        yield Finding("MAIL_SERVER", "is missing: no email would leave")
    elif not is_loopback(server) and not is_on(environ, "MAIL_USE_TLS", False):
        yield Finding("MAIL_USE_TLS", "is off although MAIL_SERVER is another machine")
    if sender_domain(environ) is None:
        yield Finding("MAIL_DEFAULT_SENDER", "is missing or an address of a domain nobody can own")


def dns_advice(environ: Environment) -> Iterator[str]:
    """The records without which mail of this sender counts as forged."""
    domain = sender_domain(environ)
    if domain is None:
        return
    yield f'{domain}. TXT "v=spf1 <what your mail service names> -all"'
    yield f'<selector>._domainkey.{domain}. TXT "v=DKIM1; k=rsa; p=<the public key of your mail service>"'
    yield f'_dmarc.{domain}. TXT "v=DMARC1; p=quarantine; adkim=s; aspf=s; rua=mailto:postmaster@{domain}"'
