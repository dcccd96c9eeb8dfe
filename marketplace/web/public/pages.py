"""Pages of the content folder, and what the marketplace says of itself in figures."""

from flask import render_template

from marketplace.catalogue.texts import static_page
from marketplace.clinics.queries import market_figures
from marketplace.web.http.context import contact_address
from marketplace.web.public.blueprint import blueprint

SLUGS = (
    "how-it-works",
    "how-we-check-clinics",
    "how-we-rank",
    "how-we-show-prices",
    "how-we-make-money",
    "privacy",
    "terms",
    "accessibility",
    "for-clinics",
)
TOO_FEW = 50


@blueprint.get(f"/<any({', '.join(repr(slug) for slug in SLUGS)}):slug>")
def page(slug: str) -> str:
    """A reviewed text."""
    return render_template("public/page.html", page=static_page(slug, address=contact_address()))


@blueprint.get("/transparency")
def transparency() -> str:
    """Honest counts; a share is only shown where it means something."""
    found = market_figures()
    share = round(found.answered / found.sent * 100) if found.sent >= TOO_FEW else None
    return render_template("public/transparency.html", found=found, share=share, too_few=TOO_FEW)


@blueprint.get("/report")
def report() -> str:
    """How to tell us that something is wrong."""
    return render_template("public/report.html")
