"""A draft is sent while another answer of it is on its way: what the mail is to confirm is what was sent."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.foundation.problems import WrongState
from marketplace.leads.submission import submit
from marketplace.quote_requests import drafts
from marketplace.quote_requests.models import QuoteRequest
from marketplace.quote_requests.queries import answers
from marketplace.web.patient.form import flow
from tests.factories import build_clinic, build_draft


class OtherAddress:
    """The form of the page about the person, with somebody else's address in it."""

    def store(self, quote_request: Any) -> None:
        drafts.answer_you(
            quote_request, name="X", email="victim@patient.example", phone="", languages=["en"], questions=[]
        )


def send(app: Flask, request_id: object) -> None:
    with app.app_context():
        submit(db.session.get_one(QuoteRequest, request_id), share_health=False, aftercare=False)
        db.session.commit()


def test_no_answer_changes_what_was_sent(own_app: Flask) -> None:
    with own_app.app_context():
        key = build_draft(build_clinic(), email="own@patient.example").id
        db.session.commit()
    with own_app.app_context(), ThreadPoolExecutor(1) as beside:
        as_it_was_read = db.session.get_one(QuoteRequest, key)
        assert as_it_was_read.state == "draft"
        beside.submit(send, own_app, key).result()
        with pytest.raises(WrongState):
            flow.keep(OtherAddress(), as_it_was_read)  # type: ignore[arg-type]
        db.session.rollback()
        assert answers(db.session.get_one(QuoteRequest, key)).email == "own@patient.example"
