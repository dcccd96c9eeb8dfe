"""The front page, the pages of the content folder, the marketplace's figures, and the health probes."""

from flask import Response, render_template

from marketplace.catalogue import queries
from marketplace.catalogue.geography import destinations
from marketplace.catalogue.texts import static_page
from marketplace.clinics.queries import facets, market_figures
from marketplace.foundation.database.readiness import ready
from marketplace.web.http.context import contact_address
from marketplace.web.promises import filled
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
    """Shows a page of the content folder. Raises NotFound."""
    return render_template("public/page.html", page=static_page(slug, address=contact_address(), fill=filled))


@blueprint.get("/transparency")
def transparency() -> str:
    """Shows the marketplace's figures; a share only where there are enough cases for it."""
    found = market_figures()
    share = round(found.answered / found.sent * 100) if found.sent >= TOO_FEW else None
    return render_template("public/transparency.html", found=found, share=share, too_few=TOO_FEW)


@blueprint.get("/report")
def report() -> str:
    """Shows how to report a problem to us."""
    return render_template("public/report.html")


@blueprint.get("/")
def front() -> str:
    """Shows what the site does, for whom, and the first step."""
    listed = facets()["country"]
    return render_template(
        "public/home.html",
        treatments=queries.treatments(),
        countries=[(country, listed.get(code, 0)) for code, country in destinations().items()],
        clinics=sum(listed.values()),
    )


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answers that the process runs."""
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Returns the state of each part by name; 503 where one does not work.

    Without a database, its error handler answers.
    """
    parts = ready()
    answer = Response("".join(f"{name} {state}\n" for name, state in parts.items()), mimetype="text/plain")
    if set(parts.values()) != {"ok"}:
        answer.status_code, answer.headers["Retry-After"] = 503, "60"
    return answer
