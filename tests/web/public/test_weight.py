"""What a page weighs: a full list stays small, whatever its clinics say."""

from typing import Any

from marketplace.clinics import facets
from marketplace.clinics.models import ClinicPerson
from marketplace.clinics.search import PAGE
from marketplace.web.public.clinic_filters import MAX_CITIES
from tests.factories import Make

KIB = 1024
NAME = "Silva Lyra Dermatology Centre"
SPOKEN = ("tr", "en", "de", "ar", "fr", "es", "pl", "cs", "ko", "hi")
SHOWN = ("Türkiye", "English", "a dermatologist or a nurse", "€116.15 to ", "about £", "total for you", "6 of 6", "Ask")


def test_a_page_of_full_cards_is_below_30_kib(client: Any, make_clinic: Make) -> None:
    for n in range(MAX_CITIES + 1):
        languages = [*SPOKEN[:3], SPOKEN[n % len(SPOKEN)]]
        clinic = make_clinic(f"{NAME} {n}", city=f"Wielkopolski {n}", languages=languages, low=11615, reply_minutes=600)
        clinic.people.append(ClinicPerson(position=2, name="Sister Sample", role="nurse"))
    facets.rebuild()
    answer = client.get("/clinics?currency=GBP")
    cards = answer.page.all("li", class_="clinic-card")
    assert len(cards) == PAGE
    for text in map("".join, (card.itertext() for card in cards)):
        assert not [word for word in SHOWN if word not in text], text
    assert answer.data.count(b"<option") > MAX_CITIES + len(set(SPOKEN))
    assert len(answer.data) < 30 * KIB
