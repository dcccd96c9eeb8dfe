"""Rules of safe code that the linters do not know; each is shown something it must find."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {str(path.relative_to(ROOT)): path.read_text() for path in sorted((ROOT / "marketplace").rglob("*.py"))}
TEMPLATES = {str(p.relative_to(ROOT)): p.read_text() for p in sorted((ROOT / "templates").rglob("*")) if p.is_file()}
SECRET = re.compile(r"secret|password|passwd|token|field_key|private_key|cookie", re.I)
OUTSIDE = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "socket", "ftplib", "smtplib"}
UNSAFE_IMPORTS = {"pickle", "marshal", "shelve", "dill", "random", "telnetlib", "xml.etree", "xml.dom", "xml.sax"}
EVALUATING = {"eval", "exec", "__import__", "render_template_string", "from_string"}
SHELLS = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
NOW = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "dt.datetime.now"}
BODIES = {"request.form", "request.args", "request.json", "request.values", "request.get_json()"}
WEAK = re.compile(r"(^|\.)(md4|md5|sha1|sha|SHA1|MD5|crc32|adler32)$")
LOGGERS = re.compile(r"(^|\.)(log|logger|logging)\.(debug|info|warning|error|critical|exception|log)$")

Found = Callable[[ast.AST], bool]


def name_of(node: ast.AST) -> str:
    """A dotted name as it is written."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}".lstrip(".")
    return node.id if isinstance(node, ast.Name) else ""


def called(node: ast.AST) -> str:
    """What is called, if anything is."""
    return name_of(node.func) if isinstance(node, ast.Call) else ""


def last(name: str) -> str:
    return name.rpartition(".")[2]


def argument(node: ast.AST) -> ast.expr | None:
    return node.args[0] if isinstance(node, ast.Call) and node.args else None


def keywords(node: ast.AST) -> dict[str, str]:
    found = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg or "**": ast.unparse(keyword.value) for keyword in found}


def imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    if isinstance(node, ast.ImportFrom) and not node.level:
        return {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return set()


def imports(names: set[str]) -> Found:
    return lambda node: any(found == n or found.startswith(n + ".") for found in imported(node) for n in names)


def is_put_together(node: ast.expr | None) -> bool:
    """Whether a text is made of parts: by f-string, +, % or format."""
    if isinstance(node, ast.Call):
        return last(called(node)) in {"format", "join", "replace"}
    if isinstance(node, ast.BinOp):
        return not all(isinstance(part, ast.Constant) for part in (node.left, node.right))
    return isinstance(node, ast.JoinedStr)


def puts_sql_together(node: ast.AST) -> bool:
    return last(called(node)) in {"text", "execute", "exec_driver_sql", "scalar", "scalars"} and is_put_together(
        argument(node)
    )


def trusts_a_variable(node: ast.AST) -> bool:
    return last(called(node)) == "Markup" and not isinstance(argument(node), ast.Constant)


def speaks_of_secrets(node: ast.AST) -> bool:
    if not (last(called(node)) in {"print", "echo", "secho"} or LOGGERS.search(called(node))):
        return False
    return any(SECRET.search(last(name_of(part))) for part in ast.walk(node) if part is not getattr(node, "func", None))


def logs_a_made_text(node: ast.AST) -> bool:
    return bool(LOGGERS.search(called(node))) and not isinstance(argument(node), ast.Constant)


def loads_unsafe_yaml(node: ast.AST) -> bool:
    loads = {"yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load"}
    return called(node) in loads and not keywords(node).get("Loader", "").endswith("SafeLoader")


def runs_a_shell(node: ast.AST) -> bool:
    return called(node) in SHELLS or keywords(node).get("shell", "False") != "False"


def follows_the_sender(node: ast.AST) -> bool:
    target = argument(node)
    asked = {name_of(part) for part in ast.walk(target)} if target is not None else set()
    return last(called(node)) == "redirect" and bool(
        asked & {"request.args", "request.form", "request.referrer", "request.url"}
    )


def talks_unchecked(node: ast.AST) -> bool:
    given = keywords(node)
    plain = last(called(node)) == "starttls" and "context" not in given
    return plain or given.get("verify") == "False" or "_create_unverified_context" in called(node)


REFUSALS = {"WrongState", "Refused", "LinkGone", "NotFound", "FieldProblem"}


def makes_a_refusal_code(node: ast.AST) -> bool:
    return last(called(node)) in REFUSALS and is_put_together(argument(node))


# Rule: (what it finds, something it must find, where it may stand and why that is safe).
RULES: dict[str, tuple[Found, str, dict[str, str]]] = {
    "nothing that came in is evaluated": (lambda node: last(called(node)) in EVALUATING, "eval(x)", {}),
    "SQL is not put together": (
        puts_sql_together,
        "session.scalar(f'SELECT {x}')",
        {
            "marketplace/processes/embedded_postgres.py": "names of its own, quoted by psycopg.sql",
            "marketplace/backups/contents.py": "names out of the catalogue, quoted by psycopg.sql, and a constant",
            "marketplace/backups/restore.py": "the administrator's own backup, line by line",
        },
    ),
    "codes of refusals are written out": (makes_a_refusal_code, "WrongState(f'lead_{state}')", {}),
    "markup is no variable": (
        trusts_a_variable,
        "Markup(name)",
        {
            "marketplace/catalogue/texts.py": "cleaned by nh3",
            "marketplace/web/clinic_words.py": "our words around escaped amounts",
            "marketplace/web/http/page_parts.py": "rendered by a template of ours",
            "marketplace/web/translation.py": "our words; what is put into them is escaped",
        },
    ),
    "nothing fetches what a person names": (
        imports(OUTSIDE),
        "import urllib.request",
        {
            "marketplace/processes/run.py": "asks the own port whether it is ready",
            "marketplace/processes/mailbox.py": "looks for a free port",
            "marketplace/processes/even_worker.py": "takes connections, makes none",
            "marketplace/mail/dialling.py": "SMTP to MAIL_SERVER",
            "marketplace/mail/transport.py": "SMTP to MAIL_SERVER",
            "marketplace/mail/delivery.py": "SMTP to MAIL_SERVER",
            "marketplace/mail/smtp_outcomes.py": "SMTP to MAIL_SERVER",
        },
    ),
    "no guessable numbers, no code in data": (
        imports(UNSAFE_IMPORTS),
        "from random import choice",
        {},
    ),
    "YAML holds data only": (loads_unsafe_yaml, "yaml.load(text, Loader=yaml.Loader)", {}),
    "no shell": (runs_a_shell, "subprocess.run(line, shell=True)", {}),
    "there is one clock": (
        lambda node: called(node) in NOW,
        "datetime.now(UTC)",
        {
            "marketplace/foundation/clock.py": "it is the clock",
            "marketplace/foundation/security/challenges.py": "the library reads the machine's own clock",
        },
    ),
    "links come from SITE_URL": (lambda node: "_external" in keywords(node), "url_for('x', _external=True)", {}),
    "secrets are not said": (speaks_of_secrets, "log.info('signed in', token)", {}),
    "a log's message is constant": (
        logs_a_made_text,
        "log.warning(f'bad {x}')",
        {"marketplace/foundation/audit/seals.py": "a seal's number, count and hash"},
    ),
    "redirects are our own": (follows_the_sender, "redirect(request.args['next'])", {}),
    "a form fills in what its view names": (
        lambda node: last(called(node)) == "populate_obj" or keywords(node).get("**") in BODIES,
        "Clinic(**request.form)",
        {},
    ),
    "a value has one source": (lambda node: name_of(node) == "request.values", "request.values", {}),
    "hashes are SHA-256": (
        lambda node: bool(WEAK.search(called(node))) or (called(node) == "hashlib.new"),
        "hashlib.md5(x)",
        {},
    ),
    "TLS is checked": (talks_unchecked, "server.starttls()", {}),
}


def places(source: str, found: Found) -> Iterator[int]:
    return (getattr(node, "lineno", 0) for node in ast.walk(ast.parse(source)) if found(node))


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_finds_what_it_forbids(rule: str) -> None:
    found, bad, _allowed = RULES[rule]
    assert list(places(bad, found)) == [1]


@pytest.mark.parametrize("rule", RULES)
def test_code_keeps_the_rule(rule: str) -> None:
    found, _bad, allowed = RULES[rule]
    broken = {name: lines for name, source in MODULES.items() if (lines := list(places(source, found)))}
    assert set(broken) - set(allowed) == set(), broken
    assert set(allowed) - set(broken) == set(), "allowed, but no longer there"


TRUSTED = re.compile(r"""(?<!['"])\s*\|\s*safe\b|autoescape\s+false|\{%-?\s*debug""")


@pytest.mark.parametrize("bad", ["{{ name|safe }}", "{{ (a ~ b) | safe }}", "{% autoescape false %}"])
def test_the_rule_of_templates_finds_what_it_forbids(bad: str) -> None:
    assert TRUSTED.search(bad)


def test_templates_trust_their_own_words_only() -> None:
    assert {name for name, source in TEMPLATES.items() if TRUSTED.search(source)} == set()


def test_no_page_is_opened_to_other_origins() -> None:
    assert not [name for name, source in MODULES.items() if "access-control-allow" in source.lower()]


SCRIPTS = {path.name: path.read_text() for path in sorted((ROOT / "static" / "js").glob("*.js"))}
AS_MARKUP = re.compile(
    r"(inner|outer)HTML|insertAdjacentHTML|document\.write|createContextualFragment"
    r"|\beval\(|new Function|['\"]paste['\"]"
)


@pytest.mark.parametrize("bad", ["box.innerHTML = name", "document.write(x)", "field.addEventListener('paste', stop)"])
def test_the_rule_of_scripts_finds_what_it_forbids(bad: str) -> None:
    assert AS_MARKUP.search(bad)


def test_scripts_write_text_and_let_people_paste() -> None:
    assert SCRIPTS
    assert {name for name, source in SCRIPTS.items() if AS_MARKUP.search(source)} == set()
