"""Whether European law holds where a clinic is, as a patient is told before anything is sent there."""

from types import SimpleNamespace

import pytest
from flask import Flask

from marketplace.catalogue.geography import DATA_PROTECTION, Country, homes
from marketplace.web.patient.form.agreement import outside_europe

EU = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
EEA = "IS LI NO"
LAWS = dict.fromkeys(f"{EU} {EEA}".split(), "gdpr") | {"GB": "uk_gdpr"}


def told_outside(app: Flask, *codes: str) -> str:
    with app.test_request_context():
        return outside_europe([SimpleNamespace(country=code) for code in codes])


def test_every_country_of_the_file_has_the_law_that_holds_there() -> None:
    assert {code: country.data_protection for code, country in homes().items()} == {
        code: LAWS.get(code, "other") for code in homes()
    }
    assert {country.data_protection for country in homes().values()} == set(DATA_PROTECTION)


def test_a_country_cannot_be_added_without_its_law() -> None:
    with pytest.raises(TypeError, match="data_protection"):
        Country(code="HR", region="europe", currency="EUR", timezone="Europe/Zagreb")  # type: ignore[call-arg]


def test_clinics_in_any_country_of_the_union_are_not_named_as_outside(app: Flask) -> None:
    assert told_outside(app, *(code for code in LAWS if code in homes())) == ""
    assert told_outside(app, "PL", "US", "GB", "TH") == "Thailand and the United States"
