"""The sample marketplace: whole, quiet, and never mixed with anything."""

import io

import pytest
from PIL import Image
from sqlalchemy import func, select

from marketplace.accounts.models import Account
from marketplace.catalogue import exchange
from marketplace.clinics.market import ListingFacet
from marketplace.clinics.models import Clinic
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.leads.models import Lead
from marketplace.leads.states import LeadState
from marketplace.mail.models import Email
from marketplace.quote_requests.models import Photo, QuoteRequest
from marketplace.quote_requests.photos import picture
from marketplace.quote_requests.states import RequestState
from marketplace.sample import loader
from tests.conftest import on_own_database

ENDS_OF_OTHERS = {RequestState.DRAFT, RequestState.ERASED}


# Loaded once, and read by all: these tests write nothing.
pytestmark = pytest.mark.xdist_group("sample")


@pytest.fixture(scope="module")
def loaded(postgres, template_database):
    with on_own_database(postgres, template_database) as app:
        with app.app_context():
            exchange.load_rates()
            counts = loader.load("a sample password")
            db.session.commit()
        yield app, counts


@pytest.fixture
def sample(loaded):
    app, counts = loaded
    with app.app_context():
        yield counts
        db.session.remove()


def found(column):
    return set(db.session.scalars(select(column).distinct()))


def test_clinics_in_nine_countries_and_every_listing_state(sample):
    assert sample.clinics >= 24
    assert len(found(Clinic.country)) == 9
    assert found(Clinic.listing_state) == set(ListingState) - {ListingState.CLOSED}
    names = db.session.scalars(select(Clinic.name)).all()
    assert all(name.endswith("(sample)") for name in names)


def test_requests_and_leads_in_every_state(sample):
    assert found(QuoteRequest.state) == set(RequestState) - ENDS_OF_OTHERS
    assert found(Lead.state) == set(LeadState) - {LeadState.FROZEN}  # no clinic with a request is stopped


def test_photos_are_drawn_and_say_so(sample):
    photos = db.session.scalars(select(Photo)).all()
    assert len(photos) >= 3
    assert all(Image.open(io.BytesIO(picture(photo))).size == (800, 600) for photo in photos)


def test_not_one_email_is_written(sample):
    assert db.session.scalar(select(func.count()).select_from(Email)) == 0


def test_every_clinic_has_an_owner_and_a_member_who_can_sign_in(sample):
    slugs = db.session.scalars(select(Clinic.slug)).all()
    emails = set(db.session.scalars(select(Account.email).where(Account.confirmed_at.is_not(None))))
    wanted = {f"{who}@{slug}.sample.example" for who in ("owner", "member") for slug in slugs}
    assert emails == wanted | {"operator@sample.example"}


def test_the_facets_count_what_is_published(sample):
    counted = db.session.scalar(select(func.sum(ListingFacet.count)).where(ListingFacet.dimension == "country"))
    published = select(func.count()).select_from(Clinic).where(Clinic.listing_state == ListingState.PUBLISHED)
    assert counted == db.session.scalar(published)


def test_reply_times_differ_and_some_are_new(sample):
    minutes = db.session.scalars(select(Clinic.reply_minutes).where(Clinic.listing_state == "published")).all()
    assert len({m for m in minutes if m}) > 10
    assert None in minutes


def test_a_database_with_clinics_is_refused(make_clinic):
    make_clinic()
    with pytest.raises(loader.SampleRefused):
        loader.load("a sample password")


def test_the_reactions_come_back(sample):
    from marketplace.foundation.audit import log as audit_log
    from marketplace.quote_requests.events import RequestConfirmed

    assert audit_log.listeners[RequestConfirmed]
