"""Two at the same moment, on two connections: the request's row decides who comes first."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.foundation.problems import WrongState
from marketplace.leads.models import Lead
from marketplace.quotes.choosing import choose
from marketplace.quotes.drafting import submit_quote
from marketplace.quotes.models import Quote
from tests.factories import build_clinic, build_quote, build_request, terms


def at_once(app, *verbs):
    """Each verb in a session of its own, all begun before any goes on; what each came to."""
    start = Barrier(len(verbs))

    def run(verb):
        with app.app_context():
            try:
                start.wait(timeout=10)
                verb()
                db.session.commit()
            except WrongState:
                db.session.rollback()
                return "late"
            return "done"

    with ThreadPoolExecutor(len(verbs)) as pool:
        return sorted(pool.map(run, verbs))


def stored(app, *, quoted):
    """A request at two clinics, kept; the keys of its leads, or of a quote of each."""
    with app.app_context():
        request = build_request(build_clinic("Clinic Lale"), build_clinic("Clinic Nar"))
        leads = db.session.scalars(select(Lead).where(Lead.request_id == request.id)).all()
        found = [build_quote(lead).id if quoted else lead.id for lead in leads]
        db.session.commit()
        return found


def holding(lead_id):
    def verb():
        lead = db.session.get_one(Lead, lead_id)
        submit_quote(lead, terms(lead))

    return verb


def test_two_clinics_answer_and_both_are_stored(own_app):
    one, two = stored(own_app, quoted=False)
    assert at_once(own_app, holding(one), holding(two)) == ["done", "done"]
    with own_app.app_context():
        assert sorted(db.session.scalars(select(Quote.number))) == [1, 2]


def test_two_colleagues_answer_and_one_is_told(own_app):
    one, _ = stored(own_app, quoted=False)
    assert at_once(own_app, holding(one), holding(one)) == ["done", "late"]


def test_two_choices_have_one_winner(own_app):
    quotes = stored(own_app, quoted=True)
    verbs = [lambda key=key: choose(db.session.get_one(Quote, key)) for key in quotes]
    assert at_once(own_app, *verbs) == ["done", "late"]
    with own_app.app_context():
        assert sorted(db.session.scalars(select(Quote.state))) == ["chosen", "not_chosen"]
