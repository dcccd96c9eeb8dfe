"""What a page weighs: a full list stays small, whatever its clinics say."""

from typing import Any

from marketplace.clinics import facets
from marketplace.clinics.models import ClinicPerson
from marketplace.clinics.search import PAGE
from tests.factories import Make

KIB = 1024


def test_a_page_of_full_cards_is_below_30_kib(client: Any, make_clinic: Make) -> None:
    for n in range(PAGE):
        clinic = make_clinic(f"Clinic Lale number {n}", languages=["tr", "en", "de"], reply_minutes=600 + n)
        clinic.people.append(ClinicPerson(position=2, name="Sister Sample", role="nurse"))
    facets.rebuild()
    answer = client.get("/clinics?currency=GBP")
    cards = answer.page.all("li", class_="clinic-card")
    assert len(cards) == PAGE
    for text in map("".join, (card.itertext() for card in cards)):
        assert all(word in text for word in ("Türkiye", "German", "Dermatologist", "about £", "€60", "6 of 6", "Ask"))
    assert len(answer.data) < 30 * KIB
