"""Every redirect of the account pages followed by a real browser, in the settings of production but for TLS."""

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from marketplace.accounts.models import Account
from marketplace.clinics.invitation_actions import invite
from marketplace.clinics.states import TeamRole
from marketplace.extensions import db
from marketplace.foundation.security.signed_links import token_of
from tests.factories import PASSWORD, build_account, build_clinic, build_member, link_to
from tests.production_site import ADDRESS, NewPerson, Person

pytestmark = pytest.mark.xdist_group("site")
NEW_PASSWORD = "correct horse battery staple 2"


@pytest.fixture
def operator(live_app: Flask, new_person: NewPerson) -> Person:
    """Has set up the factor that production demands, and signed out."""
    with live_app.app_context():
        build_account(ADDRESS, operator=True)
        db.session.commit()
    person = new_person()
    person.open("/account/login")
    person.password()
    person.set_up()
    person.at("/operator")
    person.sign_out()
    return person


@pytest.mark.parametrize("remember", [False, True])
@pytest.mark.parametrize("wanted", ["", "/operator/emails?state=failed"])
def test_whoever_has_a_second_factor_comes_back(operator: Person, wanted: str, remember: bool) -> None:
    operator.open(wanted or "/account/login")
    operator.password(remember=remember)
    operator.at("/account/tf-validate")
    operator.code(wrong=True)
    operator.at("/account/tf-validate")
    operator.code()
    operator.at(wanted or "/operator")


def test_a_set_up_on_the_way_keeps_where_one_was_going(live_app: Flask, new_person: NewPerson) -> None:
    with live_app.app_context():
        build_account(ADDRESS, operator=True)
        db.session.commit()
    person = new_person()
    person.open("/operator/audit")
    person.password()
    person.set_up()
    person.at("/operator/audit")


def test_a_wrong_code_of_the_set_up_can_be_mended(live_app: Flask, new_person: NewPerson) -> None:
    with live_app.app_context():
        build_account(ADDRESS, operator=True)
        db.session.commit()
    person = new_person()
    person.open("/account/login")
    person.password()
    person.press("Set up an authenticator app")
    person.read_key()
    person.code("Switch it on", wrong=True)
    person.at("/account/tf-validate")
    expect(person.page.get_by_role("link", name="Use a recovery code")).to_have_count(0)
    person.code()
    person.at("/operator")


@pytest.mark.parametrize("wanted", ["", "/operator/clinics"])
def test_a_recovery_code_leads_on_too(operator: Person, wanted: str) -> None:
    with operator.app.app_context():
        account = db.session.scalars(select(Account)).one()
        spare = operator.app.extensions["security"].mf_recovery_codes_util.create_recovery_codes(account)[0]
        db.session.commit()
    operator.open(wanted or "/account/login")
    operator.password()
    operator.page.get_by_role("link", name="Use a recovery code").click()
    operator.page.get_by_role("link", name="Use the app instead").click()
    operator.page.get_by_role("link", name="Use a recovery code").click()
    operator.at("/account/mf-recovery")
    operator.page.get_by_label("Code", exact=True).fill(spare)
    operator.press("Sign in")
    operator.at(wanted or "/operator")


def test_a_lost_password(operator: Person) -> None:
    operator.page.get_by_role("link", name="I forgot my password").click()
    operator.page.get_by_label("Email address").fill(ADDRESS)
    operator.press("Email me a link")
    operator.at("/account/reset")
    operator.open(operator.mailed("account_reset"))
    operator.page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    operator.page.get_by_label("The password again").fill(NEW_PASSWORD)
    operator.press("Set this password")
    operator.at("/account/login")
    operator.password(password=NEW_PASSWORD)
    operator.code()
    operator.at("/operator")


def test_a_new_address_after_the_password_was_asked_for_again(operator: Person) -> None:
    operator.password()
    operator.code()
    operator.away()
    operator.open("/account/change-email")
    operator.at("/account/verify?next=/account/change-email")
    operator.page.get_by_label("Password").fill(PASSWORD)
    operator.press("Continue")
    operator.at("/account/change-email")
    operator.page.get_by_label("Email address").fill("new@meridian.example")
    operator.press("Email me a link")
    operator.at("/account/change-email")
    operator.open(operator.mailed("account_new_address"))
    operator.press("Confirm this address")
    operator.at("/operator")
    operator.sign_out()
    operator.password("new@meridian.example")
    operator.code()
    operator.at("/operator")


def test_what_was_typed_comes_back_after_the_password(operator: Person) -> None:
    operator.password()
    operator.code()
    operator.open("/account/change-email")
    operator.page.get_by_label("Email address").fill("new@meridian.example")
    operator.away()
    operator.press("Email me a link")
    operator.page.get_by_label("Password").fill(PASSWORD)
    operator.press("Continue")
    operator.at("/account/change-email")
    expect(operator.page.get_by_label("Email address")).to_have_value("new@meridian.example")


def test_the_other_pages_of_the_factor(operator: Person) -> None:
    operator.password()
    operator.code()
    operator.open("/account/tf-setup")
    operator.page.get_by_role("link", name="Recovery codes").click()
    operator.press("Make new codes")
    operator.at("/account/mf-recovery-codes?show_codes=1")
    operator.open("/account/tf-setup")
    operator.press("Set it up anew")
    operator.read_key()
    operator.code("Switch it on")
    operator.at("/account/tf-setup")
    for path in ("/account/sessions", "/account/change", "/account/tf-validate", "/account/login", "/account"):
        operator.open(path)
    operator.at("/operator")


def invited(app: Flask, *, email: str, known: bool) -> str:
    """The path of an invitation into a clinic's team."""
    with app.app_context():
        clinic = build_clinic()
        owner = build_member(clinic)
        if known:
            build_account(email)
        invitation = invite(clinic, email=email, role=TeamRole.MEMBER, by=owner.id)
        path = f"/account/invitation/{token_of(link_to(invitation))}"
        db.session.commit()
        return path


def test_an_invitation_to_someone_new(live_app: Flask, new_person: NewPerson) -> None:
    person = new_person()
    person.open(invited(live_app, email="ben@clinic.example", known=False))
    person.page.get_by_label("Your name").fill("Ben New")
    person.page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    person.page.get_by_label("The password again").fill(NEW_PASSWORD)
    person.press("Join the team")
    person.at("/account/login")
    person.password("ben@clinic.example", NEW_PASSWORD)
    person.set_up()
    person.at("/dashboard/leads")


def test_an_invitation_to_someone_with_an_account(live_app: Flask, new_person: NewPerson) -> None:
    person, path = new_person(), invited(live_app, email="ben@clinic.example", known=True)
    person.open(path)
    person.page.get_by_role("link", name="Sign in", exact=True).click()
    person.password("ben@clinic.example")
    person.set_up()
    person.at(path)
    person.press("Join the team")
    person.at("/dashboard/leads")
