"""Every page of the site as each person of the story may ask for it, so that a page which is new is looked at too."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from marketplace.clinics.models import Clinic
from marketplace.extensions import db
from marketplace.mail.models import Email
from marketplace.quote_requests.models import Photo
from tests.journeys.marked import PEOPLE, Marked
from tests.journeys.marked_story import sign_in
from tests.web.patient.filling import answer_until

# Opened in the story with tokens of its own, or of somebody who is not in it.
ELSEWHERE = {"token", "account_id", "invitation_id", "suppression_id", "item_id", "filename", "name", "city", "n"}
AREAS = {
    "patient": ("/my/requests/",),
    "clinic": ("/dashboard", "/my/requests/"),
    "other clinic": ("/dashboard",),
    "clinic not asked": ("/dashboard",),
    "operator": ("/operator",),
    "other patient": ("/my/", "/get-quotes"),
    "friend": ("/my/requests/",),
    "anonymous": ("/",),
}


def crawl(story: Marked) -> None:
    """Each person opens every page of their part, and of the patient's with the reference in their hands."""
    values = known_values(story)
    with story.later(days=17, hours=1):
        story.browser("patient").get(story.link("page"))
        answer_until(story.browser("other patient"), "clinics")
        for role, areas in AREAS.items():
            if role in PEOPLE:
                sign_in(story, role)
            for path in paths(story.app, areas, values):
                story.browser(role).get(path)
        unseal(story)


def known_values(story: Marked) -> dict[str, list[Any]]:
    """What stands for each part of an address."""
    with story.app.app_context():
        return {
            "ref": [story.ref],
            "number": [1, 2],
            "week": [2],
            "clinic": ["clinic-lale", "clinic-nar"],
            "slug": ["clinic-lale"],
            "step": ["you", "health", "where"],
            "photo_id": list(db.session.scalars(select(Photo.id))),
            "clinic_id": list(db.session.scalars(select(Clinic.id).where(Clinic.slug == "clinic-lale"))),
            "email_id": list(db.session.scalars(select(Email.id).limit(1))),
            "kind": ["company"],
            "treatment": ["mesotherapy"],
            "country": ["turkey"],
        }


def paths(app: Flask, areas: tuple[str, ...], values: dict[str, list[Any]]) -> Iterator[str]:
    """The pages of these parts that can be asked for."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        is_asked = "GET" in (rule.methods or ()) and rule.rule.startswith(areas) and not rule.arguments & ELSEWHERE
        if is_asked and (areas != ("/",) or rule.endpoint.startswith(("public.", "metrics"))):
            yield from filled(app, rule, values)


def filled(app: Flask, rule: Rule, values: dict[str, list[Any]]) -> Iterator[str]:
    """The rule with each value there is for one of its parts; a part that is new wants a value above."""
    adapter = app.url_map.bind("127.0.0.1")
    choices = max((len(values[name]) for name in rule.arguments), default=1)
    for n in range(choices):
        given = {name: values[name][n % len(values[name])] for name in rule.arguments}
        if "slug" in given and rule.endpoint == "public.page":
            given["slug"] = "privacy"
        yield adapter.build(rule.endpoint, given)


def unseal(story: Marked) -> None:
    """An operator opens the answers with a reason, which the patient reads."""
    path = f"/operator/requests/{story.ref}"
    story.submit("operator", f"{path}/unseal", page=path, reason="The clinic asked us to look.")
    story.browser("operator").get(path)
