"""A draft collects answers; what is sensitive is sealed at once."""

import pytest

from marketplace.foundation.problems import Refused
from marketplace.quote_requests import drafts
from marketplace.quote_requests.queries import answers, ticked
from tests.factories import Make


def test_it_asks_for_what_is_missing_in_order(db_session: object) -> None:
    request = drafts.start()
    assert drafts.first_missing(request) == "treatment"
    drafts.answer_treatment(request, procedure_slug=None, concern=None)
    assert drafts.first_missing(request) == "where"


def test_a_finished_one_misses_nothing(make_clinic: Make, make_draft: Make) -> None:
    assert drafts.first_missing(make_draft(make_clinic())) is None


def test_one_from_a_clinics_page_remembers_it(make_clinic: Make) -> None:
    clinic = make_clinic()
    request = drafts.start(clinic_slug=clinic.slug)
    assert (request.started_from_id, request.destinations) == (clinic.id, ["TR"])


def test_unknown_beginnings_are_left_out(db_session: object) -> None:
    request = drafts.start(clinic_slug="no-such-clinic")
    assert (request.started_from_id, request.destinations) == (None, [])


def test_health_and_contact_are_sealed(make_draft: Make) -> None:
    request = make_draft(conditions=["allergy"], details="lidocaine", name="Ana")
    stored = b"".join([request.health_sealed, request.contact_sealed, request.name_sealed])
    assert not [word for word in (b"allergy", b"lidocaine", b"Ana", b"patient.example") if word in stored]
    assert (answers(request).conditions, answers(request).details) == (("allergy",), "lidocaine")


def test_none_of_these_stands_alone(make_draft: Make) -> None:
    with pytest.raises(Refused):
        drafts.answer_health(make_draft(), conditions=["none", "allergy"], details="")


def test_five_clinics_at_most(make_clinic: Make, make_draft: Make) -> None:
    six = [make_clinic(f"Clinic {n}") for n in range(6)]
    with pytest.raises(Refused):
        drafts.answer_clinics(make_draft(), clinics=six, wait=False)


def test_another_country_empties_the_ticks(make_clinic: Make, make_draft: Make) -> None:
    request = make_draft(make_clinic())
    drafts.answer_where(request, home_country="GB", destinations=["PL"])
    assert ticked(request) == []
    assert drafts.first_missing(request) == "clinics"


def test_an_unshared_budget_stays_unshared(make_draft: Make) -> None:
    request = make_draft()
    drafts.answer_budget(request, amount=None, currency="GBP", scope="treatment", share=True)
    assert (request.share_budget, request.budget_currency) == (False, None)


def test_an_answer_that_decides_nothing_keeps_the_ticks(make_clinic: Make, make_draft: Make) -> None:
    clinic = make_clinic()
    request = make_draft(clinic)
    drafts.answer_where(request, home_country="GB", destinations=[])
    drafts.answer_health(request, conditions=["none"], details="changed")
    drafts.answer_budget(request, amount=90000, currency="GBP", scope="treatment", share=False)
    assert ticked(request) == [clinic]
