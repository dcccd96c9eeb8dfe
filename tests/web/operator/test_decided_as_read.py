"""An operator's decision names the version that was read: where it changed meanwhile, the change is shown."""

import pytest

from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from tests.reading import words
from tests.web.operator.test_clinics import decide, path, read


def stale(desk, clinic, verb, change, **fields):
    """The answer to a decision about a page that was read before the change."""
    db.session.commit()
    shown = read(desk, clinic, verb)
    change(clinic)
    db.session.commit()
    return desk.post(path(clinic, verb), data=shown | fields)


CHANGES = {
    "What the listing says": lambda clinic: setattr(clinic, "summary", "Looks 10 years younger"),
    "Licence": lambda clinic: setattr(clinic.checks[1], "evidence", "Another extract"),
    "People": lambda clinic: setattr(clinic.people[0], "name", "Dr Another"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_before_publishing_is_shown(desk, make_clinic, change):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW)
    refused = stale(desk, clinic, "publish", CHANGES[change])
    assert refused.status_code == 409
    assert change.lower() in words(refused.page.one("div", role="alert")).lower()
    assert clinic.listing_state == ListingState.IN_REVIEW
    assert decide(desk, clinic, "publish").status_code == 303


@pytest.mark.parametrize(("verb", "state"), [("suspend", "published"), ("send-back", "in_review")])
def test_a_typed_statement_is_kept(desk, make_clinic, verb, state):
    clinic = make_clinic(listing_state=state)
    typed = {"reason": "wording" if verb == "send-back" else "false_statement", "statement": "Point by point."}
    refused = stale(desk, clinic, verb, CHANGES["What the listing says"], **typed)
    assert refused.status_code == 409
    assert words(refused.page.one("textarea")) == "Point by point."
    assert clinic.listing_state == state
    assert decide(desk, clinic, verb, **typed).status_code == 303


def test_a_check_is_decided_as_it_was_read(desk, make_clinic):
    clinic = make_clinic()
    typed = {"evidence": "My extract", "source": "Register", "verdict": "revoke", "expires_on": ""}
    refused = stale(desk, clinic, "checks/licence", CHANGES["Licence"], **typed)
    assert refused.status_code == 409
    assert refused.page.one("input", name="evidence").get("value") == "My extract"
    assert clinic.checks[1].state == "passed"


@pytest.mark.parametrize("verb", ["publish", "reinstate", "suspend", "send-back", "checks/licence"])
@pytest.mark.parametrize("shown", [{}, {"shown": ""}, {"shown": "state=1"}])
def test_a_form_that_does_not_say_what_it_showed_decides_nothing(desk, make_clinic, verb, shown):
    states = {"publish": "in_review", "reinstate": "suspended", "send-back": "in_review"}
    clinic = make_clinic(listing_state=states.get(verb, "published"))
    db.session.commit()
    typed = {"reason": "wording", "statement": "x", "verdict": "revoke", "evidence": "x", "source": "x"}
    assert desk.post(path(clinic, verb), data=shown | typed).status_code == 409
    assert clinic.listing_state == states.get(verb, "published")


def test_how_busy_a_clinic_is_changes_nothing(desk, make_clinic):
    clinic = make_clinic(listing_state=ListingState.IN_REVIEW)
    assert stale(desk, clinic, "publish", lambda c: setattr(c, "leads_sent", 9)).status_code == 303
