"""Amounts that were read a hundredfold are listed for an operator, and left as they are."""

from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from marketplace.catalogue import exchange
from marketplace.extensions import db
from marketplace.foundation.database.roles import DatabaseRole, use_role
from marketplace.quotes.flags import Confirmed
from marketplace.quotes.states import PriceReason
from marketplace.reviews.models import ReviewItem, ReviewKind
from tests.factories import build_clinic, build_lead, build_quote, build_request

DEAR = {"price_per_session": 15_000_000, "total": 60_000_000}
USUAL = {"price_per_session": 150_000, "total": 600_000}


def quoted(clinic, **terms):
    lead = build_lead(clinic, email=f"p{terms['total']}@patient.example")
    return build_quote(lead, currency=clinic.currency, confirmed=Confirmed(PriceReason.NEW_PRICES), **terms)


def test_the_migration_lists_them_and_changes_none(own_app):
    with own_app.app_context():
        use_role(DatabaseRole.WORKER)
        exchange.load_rates()
        korean = build_clinic(currency="KRW", country="KR", low=100_000)
        dear, _usual = quoted(korean, **DEAR), quoted(korean, **USUAL)
        quoted(build_clinic("Clinic Euro"), **DEAR)
        budget = build_request(email="b@patient.example")
        budget.budget_amount, budget.budget_currency = 10_000_000, "JPY"
        db.session.commit()
        downgrade(revision="0014")
        upgrade()
        suspects = select(ReviewItem).where(ReviewItem.kind == ReviewKind.SUSPECT_AMOUNT)
        found = {item.subject_id: item.detail for item in db.session.scalars(suspects)}
        assert found == {
            dear.id: {"field": "price_per_session", "amount": 15_000_000, "currency": "KRW"},
            budget.id: {"field": "budget", "amount": 10_000_000, "currency": "JPY"},
        }
        db.session.refresh(dear)
        assert dear.total == DEAR["total"]
