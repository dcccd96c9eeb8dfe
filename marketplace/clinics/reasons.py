"""The reasons an operator can give, in words; every "no" has one."""

from flask_babel import lazy_gettext

SEND_BACK = {
    "evidence_missing": lazy_gettext("Evidence for a claim is missing"),
    "register_entry": lazy_gettext("The register shows something else"),
    "document_missing": lazy_gettext("A document is missing or cannot be read"),
    "person_not_found": lazy_gettext("A person who treats is not in the register"),
    "price_unclear": lazy_gettext("A price is unclear or far from the usual range"),
    "wording": lazy_gettext("The text promises something that nobody can promise"),
}
SUSPEND = {
    "check_revoked": lazy_gettext("A required check was revoked"),
    "check_lapsed": lazy_gettext("A required check has expired and was not renewed"),
    "person_not_found": lazy_gettext("A person who treats is not in the register"),
    "price_not_honoured": lazy_gettext("Prices were not honoured"),
    "patient_report": lazy_gettext("Reports of patients have to be looked into"),
    "false_statement": lazy_gettext("A statement on the listing is not true"),
}
CHECK_KIND = {
    "company": lazy_gettext("Company and address"),
    "licence": lazy_gettext("Health licence"),
    "people": lazy_gettext("People who treat"),
    "products": lazy_gettext("Products"),
    "insurance": lazy_gettext("Insurance"),
    "prices": lazy_gettext("Prices"),
}


def in_words(code: str | None) -> str:
    """The reason as the clinic reads it; an unknown code stands for itself."""
    words = SEND_BACK.get(code or "") or SUSPEND.get(code or "")
    return str(words) if words else (code or "").replace("_", " ")
