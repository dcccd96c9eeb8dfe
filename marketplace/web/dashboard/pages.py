"""What the clinic reads of itself: its checks, its numbers."""

from flask import g, render_template

from marketplace.clinics.stamps import ENDING_WITHIN
from marketplace.foundation import clock
from marketplace.leads.clinic_desk import numbers as numbers_of
from marketplace.leads.reasons import in_words
from marketplace.web.dashboard import wording
from marketplace.web.dashboard.blueprint import blueprint


@blueprint.get("/checks")
def checks() -> str:
    """The six checks with their dates."""
    return render_template("dashboard/checks.html", wording=wording, today=clock.today(), ending_within=ENDING_WITHIN)


@blueprint.get("/numbers")
def numbers() -> str:
    """The last 90 days."""
    found = numbers_of(g.clinic.id)
    return render_template("dashboard/numbers.html", found=found, in_words=in_words)
