"""Clinics from a file: all or nothing, each bad line by its number."""

import pytest
from sqlalchemy import func, select

from marketplace.catalogue import exchange
from marketplace.clinics.import_rules import COLUMNS
from marketplace.clinics.importing import ImportRefused, import_csv
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import CheckState, ListingState
from marketplace.extensions import db

HEAD = ",".join(COLUMNS)
GOOD = "Clinic Ada,TR,Istanbul,Street 1,https://ada.example,desk@ada.example,tr;en,facial,70,120,EUR,4,300"


@pytest.fixture(autouse=True)
def rates(app, db_session):
    """Prices need the day's reference rates."""
    exchange.load_rates()


def file_of(*lines, head=HEAD):
    return "\n".join((head, *lines)).encode()


def refusal(*lines, head=HEAD):
    with pytest.raises(ImportRefused) as refused:
        import_csv(file_of(*lines, head=head))
    assert db.session.scalar(select(func.count()).select_from(Clinic)) == 0
    return [str(line) for line in refused.value.lines]


def test_a_clinic_comes_in_as_a_draft_with_six_missing_checks(app):
    report = import_csv(file_of(GOOD, GOOD.replace("facial,70,120,EUR,4,300", "scalp,60.50,90,EUR,,")))
    clinic = db.session.scalars(select(Clinic)).one()
    assert (report.clinics, report.prices) == (1, 2)
    assert clinic.listing_state == ListingState.DRAFT
    assert clinic.slug == "clinic-ada"
    assert sorted(price.low for price in clinic.prices) == [6050, 7000]
    assert {check.state for check in clinic.checks} == {CheckState.MISSING}
    assert len(clinic.checks) == 6


def test_rows_of_one_clinic_need_not_be_neighbours(app):
    other = GOOD.replace("Clinic Ada", "Clinic Bor")
    again = GOOD.replace("facial", "scalp")
    assert import_csv(file_of(GOOD, other, again)).clinics == 2


def test_every_bad_line_is_named_and_nothing_comes_in(app):
    bad_price = GOOD.replace("70,120", "120,70")
    bad_country = GOOD.replace(",TR,", ",XX,").replace("Clinic Ada", "Clinic Bor")
    lines = refusal(GOOD.replace("facial", "scalp"), bad_price, bad_country)
    assert lines[0].startswith("line 3: low is more than high")
    assert lines[1].startswith("line 4: country XX")


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        ("tr;en", "tr;turkish", "language turkish"),
        ("facial", "facelift", "procedure facelift"),
        ("EUR", "EURO", "currency EURO"),
        ("desk@ada.example", "desk", "email desk"),
        ("https://ada.example", "javascript:alert(1)", "website"),
        (",70,", ",-70,", "low -70"),
        (",70,", ",70.505,", "more places"),
        (",4,300", ",4,", "go together"),
        (",4,300", ",x,300", "package_sessions"),
        ("Clinic Ada", "", "clinic is empty"),
        (",4,300", "", "13 columns"),
    ],
)
def test_what_a_line_must_say(app, change, to, words):
    assert any(words in line and line.startswith("line 2:") for line in refusal(GOOD.replace(change, to)))


def test_the_same_procedure_twice(app):
    assert refusal(GOOD, GOOD) == ["line 3: procedure facial is on line 2 already"]


def test_a_clinic_that_disagrees_with_itself(app):
    lines = refusal(GOOD, GOOD.replace("facial", "scalp").replace("Street 1", "Street 2"))
    assert lines == ["line 3: address differs from line 2 of the same clinic"]


def test_a_clinic_that_is_here_already(app):
    import_csv(file_of(GOOD))
    with pytest.raises(ImportRefused) as refused:
        import_csv(file_of(GOOD.replace("Clinic Ada", "CLINIC ADA")))
    assert "is here already" in str(refused.value.lines[0])


@pytest.mark.parametrize(
    ("data", "words"), [(b"\xff\xfe", "UTF-8"), (b"", "the first line"), (HEAD.encode(), "no clinic")]
)
def test_a_file_that_is_none(app, data, words):
    with pytest.raises(ImportRefused) as refused:
        import_csv(data)
    assert words in str(refused.value.lines[0])
