"""Files for machines: prices as CSV, sitemap, robots.txt, security.txt."""

from datetime import timedelta
from html import escape

from flask import Response, current_app

from marketplace.catalogue import queries
from marketplace.catalogue.geography import by_slug
from marketplace.catalogue.models import PriceRange, Treatment
from marketplace.catalogue.particulars import particulars_of
from marketplace.clinics.queries import published_places, published_slugs
from marketplace.clinics.text_search import slug_of
from marketplace.foundation import clock
from marketplace.foundation.values.csv_text import MEDIA_TYPE, csv_text
from marketplace.foundation.values.money import precision, whole_units
from marketplace.web.public.blueprint import blueprint
from marketplace.web.public.pages import SLUGS

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
    rows = (_row(each, found) for each in queries.treatments() for found in queries.price_ranges(each.slug))
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
    for treatment in queries.treatments():
        base = f"/treatments/{treatment.slug}"
        priced = {found.country for found in queries.price_ranges(treatment.slug)}
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
    countries = {place.code: slug for slug, place in by_slug().items()}
    slugs = {(code, slug_of(city)) for code, city in published_places() if code in countries}
    return sorted(f"/clinics/{countries[code]}/{slug}" for code, slug in slugs if slug)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Returns robots.txt, which keeps robots from people's own pages."""
    site = current_app.config["SITE_URL"]
    closed = "".join(f"Disallow: /{path}\n" for path in ("get-quotes", "my", "q", "dashboard", "operator", "account"))
    return Response(f"User-agent: *\n{closed}Sitemap: {site}/sitemap.xml\n", mimetype="text/plain")


@blueprint.get("/.well-known/security.txt")
def security_txt() -> Response:
    """Returns security.txt (RFC 9116)."""
    ends = (clock.now() + timedelta(days=180)).strftime("%Y-%m-%dT00:00:00Z")
    site = current_app.config["SITE_URL"]
    lines = [f"Contact: {site}/report", f"Expires: {ends}", "Preferred-Languages: en"]
    lines.append(f"Canonical: {site}/.well-known/security.txt")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")
