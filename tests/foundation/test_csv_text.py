"""A spreadsheet runs nothing of what people wrote."""

import csv
import io

import pytest

from marketplace.catalogue.queries import price_ranges
from marketplace.extensions import db
from marketplace.foundation.values.csv_text import csv_text
from tests.reading import Reader


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_sp21_what_begins_as_a_formula_is_text(first: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([[f'{first}HYPERLINK("http://evil.example")', "x"]]), newline=""))
    assert row == [f'\'{first}HYPERLINK("http://evil.example")', "x"]


def test_sp21_numbers_stay_numbers() -> None:
    assert csv_text([[-5, 4.5, None, "5-", ""]]) == "-5,4.5,,5-,\r\n"


def test_sp21_it_is_quoted_as_rfc_4180_says() -> None:
    assert csv_text([["a,b", 'c"d', "e\nf", " g"], ["h"]]) == '"a,b","c""d","e\nf", g\r\nh\r\n'


def test_sp21_the_price_list_is_written_so(client: Reader) -> None:
    price_ranges("mesotherapy")[0].source = '@cmd, "x"'
    db.session.commit()
    rows = csv.reader(io.StringIO(client.get("/compare-prices.csv").text, newline=""))
    assert '\'@cmd, "x"' in [cell for row in rows for cell in row]
