"""The front page."""

from flask import render_template

from marketplace.catalogue import queries
from marketplace.catalogue.geography import destinations
from marketplace.clinics.queries import facets
from marketplace.web.public.blueprint import blueprint


@blueprint.get("/")
def front() -> str:
    """What the site does, for whom, and the first step."""
    found = facets()
    return render_template(
        "public/home.html",
        treatments=queries.treatments(),
        countries=[(country, found.countries.get(code, 0)) for code, country in destinations().items()],
        clinics=sum(found.countries.values()),
    )
