"""Clinics from a file: all or nothing, each bad line by its number."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from marketplace.catalogue import exchange
from marketplace.clinics.import_rules import COLUMNS
from marketplace.clinics.importing import ImportRefused, UnreadableFile, import_csv, records
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import CheckState, ListingState
from marketplace.extensions import db
from tests.statements import statements_of

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
        (",70,", ",70.505,", "low 70.505: write at most 2 digits"),
        (",70,", ",1.500,", "1.500 could be 1,500 or 1.50: write 1500 or 1.50"),
        (",70,", ",1_000,", "low 1_000: enter a number"),
        (",70,", ",1E+03,", "low 1E+03: enter a number"),
        (",70,", ",0.00,", "low 0.00 is not an amount above 0"),
        (",4,300", ",4,5000", "package_price 5000 is more than 4 single sessions at 120"),
        (",4,300", ",4,480.01", "package_price 480.01 is more than 4 single sessions"),
        (",4,300", ",4,", "go together"),
        (",4,300", ",x,300", "package_sessions"),
        ("Clinic Ada", "", "clinic is empty"),
        (",4,300", "", "13 columns"),
    ],
)
def test_what_a_line_must_say(app, change, to, words):
    assert any(words in line and line.startswith("line 2:") for line in refusal(GOOD.replace(change, to)))


def test_a_package_may_cost_what_its_sessions_do(app):
    assert import_csv(file_of(GOOD.replace(",4,300", ",4,480"))).clinics == 1


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


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u2060", "\u3164"])
def test_a_name_nobody_can_see_is_empty(app, name):
    assert refusal(GOOD.replace("Clinic Ada", name)) == ["line 2: clinic is empty"]


@pytest.mark.parametrize("name", ["Nul\x00Clinic", "Bell\x07", "Turned \u202eadA", "a\x1bb"])
def test_characters_our_forms_refuse_are_refused_in_a_file(app, name):
    assert refusal(GOOD.replace("Clinic Ada", name)) == ["line 2: clinic has characters that cannot be shown"]


def test_decomposed_letters_are_the_same_clinic(app):
    import_csv(file_of(GOOD.replace("Ada", "Şule")))
    with pytest.raises(ImportRefused):
        import_csv(file_of(GOOD.replace("Ada", "S\u0327ule")))
    assert db.session.scalars(select(Clinic.name)).one() == "Clinic Şule"


def test_an_unclosed_quote_is_on_the_line_where_it_begins(app):
    lines = refusal(GOOD, '"Open,TR,Istanbul', *[GOOD.replace("Ada", f"No {n}") for n in range(3)])
    assert [line[:7] for line in lines] == ["line 3:"]


def test_rows_that_were_emptied_are_passed_over_and_counted(app):
    empty = "," * (len(COLUMNS) - 1)
    assert refusal(empty, "", GOOD.replace("facial", "facelift"))[0].startswith("line 4: procedure facelift")
    assert import_csv(file_of(GOOD, empty, "", " ,  ," + "," * 10, empty)).clinics == 1


@pytest.mark.parametrize("head", [HEAD.upper(), HEAD.replace(",", ", "), f"\ufeff{HEAD}", HEAD.title()])
def test_the_header_may_have_capitals_spaces_and_a_mark(app, head):
    assert import_csv(file_of(GOOD.replace(",", ", "), head=head)).clinics == 1


FOREIGN = {
    ";": (f"{HEAD}\n{GOOD}".replace(",", ";").encode(), "semicolon"),
    "tabs": (f"{HEAD}\n{GOOD}".replace(",", "\t").encode(), "tab"),
    "sep": (f"sep=,\n{HEAD}\n{GOOD}".encode(), "sep="),
    "UTF-16": (f"{HEAD}\n{GOOD}".encode("utf-16"), "UTF-16"),
    "UTF-16 without a mark": (f"{HEAD}\n{GOOD}".encode("utf-16-le"), "UTF-16"),
    "windows-1254": (f"{HEAD}\n{GOOD.replace('Ada', 'Şule')}".encode("cp1254"), "CSV UTF-8"),
}


@pytest.mark.parametrize(("data", "words"), FOREIGN.values(), ids=FOREIGN)
def test_a_file_of_a_foreign_spreadsheet_is_told_its_cause(app, data, words):
    with pytest.raises(ImportRefused) as refused:
        import_csv(data)
    assert len(refused.value.lines) == 1
    assert words in str(refused.value.lines[0])


@given(st.binary(max_size=200))
def test_no_bytes_end_in_a_traceback(data):
    for body in (data, HEAD.encode() + b"\n" + data):
        with suppress(UnreadableFile):
            list(records(body))


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\r\n'), min_size=1, max_size=20)


@given(st.lists(CELLS, min_size=13, max_size=13))
def test_a_quoted_cell_is_read_as_it_was_written(cells):
    line = ",".join(f'"{cell}"' for cell in cells)
    read = [dict(record) for _line, record in records(f"{HEAD}\n{line}\n".encode())]
    assert read in ([dict(zip(COLUMNS, cells, strict=True))], [] if not "".join(cells).strip() else None)


def test_the_statements_do_not_grow_with_the_rows(app):
    lines = [GOOD.replace("Clinic Ada", f"Clinic {n}") for n in range(400)]
    with statements_of(db.engine.engine) as sent:
        assert import_csv(file_of(*lines)).clinics == 400
    assert len(sent) == 6


def test_clinics_of_one_name_part_by_their_city_then_by_a_number(app):
    cities = ("Istanbul", "Izmir", "Bursa", "Bursa, Nilüfer", "Bursa Nilufer!")
    import_csv(file_of(*(GOOD.replace("Istanbul", f'"{city}"') for city in cities)))
    import_csv(file_of(GOOD.replace("TR,Istanbul", "PL,Istanbul")))
    found = db.session.scalars(select(Clinic.slug).order_by(Clinic.slug))
    assert list(found) == [f"clinic-ada{end}" for end in ("", "-2", "-bursa", "-bursa-nilufer", "-istanbul", "-izmir")]
