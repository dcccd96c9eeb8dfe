"""The calendar file of a request: what it has at each stage, and that it names nothing unless wanted."""

from datetime import timedelta
from typing import Any

from marketplace.aftercare import plans
from marketplace.foundation import clock
from tests.factories import Make
from tests.web.patient.test_request_pages import opened

TELLING = ("facial", "meso", "clinic lale", "health", "istanbul")


def test_an_open_request_has_the_time_of_each_answer_and_quote(client: Any, make_lead: Make, make_quote: Make) -> None:
    lead = make_lead()
    base = opened(client, lead.request)
    answer = client.get(base + "/calendar.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert f"DTSTART:{lead.due_at:%Y%m%dT%H%M%SZ}" in answer.get_data(as_text=True)
    quote = make_quote(lead)
    assert f"DTSTART;VALUE=DATE:{quote.valid_until:%Y%m%d}" in client.get(base + "/calendar.ics").get_data(as_text=True)


def test_sessions_trips_and_questions_follow_from_the_day_and_the_quote(client: Any, make_settled: Make) -> None:
    lead, day = make_settled(session_gap_weeks=3, trips=4, nights_per_trip=2), clock.today() + timedelta(days=10)
    plans.set_first_session(lead.request, day)
    text = client.get(opened(client, lead.request) + "/calendar.ics").get_data(as_text=True)
    days = [day + timedelta(weeks=3 * number) for number in range(4)]
    for each in days:
        assert f"DTSTART;VALUE=DATE:{each:%Y%m%d}\r\nDTEND;VALUE=DATE:{each + timedelta(days=3):%Y%m%d}" in text
    assert (text.count("SUMMARY:Appointment"), text.count("SUMMARY:Trip"), text.count("SUMMARY:We ask")) == (4, 4, 3)
    assert not [word for word in TELLING if word in text.lower()]
    named = client.get(f"/my/requests/{lead.request.ref}/calendar.ics?names=yes").get_data(as_text=True)
    assert "Facial mesotherapy\\, Clinic Lale" in named.replace("\r\n ", "")
