"""The pages of the content folder, the marketplace's figures, health probes, and files for machines."""

from datetime import timedelta
from html import escape

from flask import Response, current_app, render_template

from marketplace.catalogue.geography import by_slug
from marketplace.catalogue.models import PriceRange, Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.catalogue.published import content
from marketplace.catalogue.texts import static_page
from marketplace.clinics.market import market
from marketplace.clinics.market_figures import market_figures
from marketplace.clinics.queries import published_slugs
from marketplace.foundation import clock
from marketplace.foundation.values.csv_text import MEDIA_TYPE, csv_text
from marketplace.foundation.values.money import precision, whole_units
from marketplace.web.filters import country_slug
from marketplace.web.http.context import contact_address
from marketplace.web.metrics import ready
from marketplace.web.promises import filled
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.cities import canonical
from marketplace.web.public.figures import country_rows, figure_cards, in_short

CITIES_IN_SITEMAP = 4_000  # beside the clinics: a sitemap holds 50,000 addresses
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


@blueprint.get(f"/<any({', '.join(repr(slug) for slug in SLUGS)}):slug>")
def page(slug: str) -> str:
    """Shows a page of the content folder. Raises NotFound."""
    return render_template("public/page.html", page=static_page(slug, address=contact_address(), fill=filled))


@blueprint.get("/transparency")
def transparency() -> str:
    """Shows the marketplace's figures; each only where there are enough cases for it."""
    found = market_figures()
    return render_template(
        "public/transparency.html",
        found=found,
        short=in_short(found),
        cards=figure_cards(found),
        countries=country_rows(found),
    )


@blueprint.get("/report")
def report() -> str:
    """Shows how to report a problem to us."""
    return render_template("public/report.html")


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


COLUMNS = [
    "treatment",
    "procedure",
    "country",
    "low",
    "high",
    "currency",
    "unit",
    "basis",
    "n",
    "period",
    "source",
    "reviewed_on",
]


@blueprint.get("/compare-prices.csv")
def prices_csv() -> Response:
    """Returns every stored price range as CSV with its basis and source; amounts in whole units."""
    listed = content()
    rows = (_row(each, found) for each in listed.treatments for found in listed.price_ranges(each))
    return Response(csv_text([COLUMNS, *rows]), mimetype=MEDIA_TYPE)


def _row(treatment: Treatment, found: PriceRange) -> list[object]:
    unit = particulars_of(treatment).price_unit
    digits = precision(found.currency)
    low, high = (f"{whole_units(minor, found.currency):.{digits}f}" for minor in (found.low, found.high))
    about = [treatment.slug, found.procedure.slug, found.country, low, high, found.currency, unit]
    return [*about, found.basis, found.count, found.period, found.source, found.reviewed_on.isoformat()]


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """Returns the sitemap: the pages that search engines may list."""
    paths = ["/", "/treatments", "/clinics", "/transparency", "/report", *(f"/{slug}" for slug in SLUGS)]
    listed = content()
    for treatment in listed.treatments:
        base = f"/treatments/{treatment.slug}"
        priced = {found.country for found in listed.price_ranges(treatment)}
        paths += [
            base,
            f"{base}/cost",
            f"{base}/questions",
            f"{base}/aftercare",
            *(f"{base}/{slug}" for slug, place in by_slug().items() if place.code in priced),
        ]
    paths += [f"/clinics/{slug}" for slug in by_slug()] + _cities()
    paths += [f"/clinic/{slug}" for slug in published_slugs()]
    site = str(current_app.config["SITE_URL"])
    rows = "".join(f"<url><loc>{escape(site + path)}</loc></url>\n" for path in paths)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return Response(f"{head}{rows}</urlset>\n", mimetype="application/xml")


def _cities() -> list[str]:
    """Returns the paths of the cities with the most clinics, as many as the sitemap has room for beside the clinics."""
    places = [place for place, _n in market().facets.cities if country_slug(place.country) in by_slug()]
    return sorted(canonical(*place) for place in places[:CITIES_IN_SITEMAP])


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Returns robots.txt, which keeps robots from people's own pages."""
    site = current_app.config["SITE_URL"]
    closed = "".join(
        f"Disallow: /{path}\n" for path in ("get-quotes", "my", "q", "shared", "dashboard", "operator", "account")
    )
    return Response(f"User-agent: *\n{closed}Sitemap: {site}/sitemap.xml\n", mimetype="text/plain")


@blueprint.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Returns security.txt (RFC 9116)."""
    ends = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    site = current_app.config["SITE_URL"]
    lines = [f"Contact: {site}/report", f"Expires: {ends}", "Preferred-Languages: en"]
    lines.append(f"Canonical: {site}/.well-known/security.txt")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
