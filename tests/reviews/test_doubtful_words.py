"""An honest sentence goes out unmarked; what nobody can promise, pressure and contact details are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.reviews.doubtful_words import contact, details, doubtful, pressing

HONEST = [
    *(
        "All the best, Dr Ay",
        "What is the best time to call you?",
        "We cannot guarantee a result.",
        "Dr Best treats you",
    ),
    *("Your deposit is 100% refundable until the day before.", "Patients younger than 18 are not treated."),
    *("It is not painless.", "Contains up to 5% lidocaine.", "Hyaluronic acid, 100% pure", "George Best"),
    *(
        "We guarantee a free review visit within 14 days",
        "Results are not guaranteed",
        "Best regards",
        "Best wishes, Ay",
    ),
    *("There is no guarantee that it works", "A guarantee cannot be given", "Nobody can promise painless injections"),
    *("No treatment is risk-free.", "There is no risk-free treatment", "Your treatment is not without risk"),
    *("For best results avoid the sun", "100% of the deposit is refunded", "The best day for you?"),
    *("Wir können kein Ergebnis garantieren", "Eine Garantie gibt es nicht", "Es ist nicht schmerzfrei"),
    *("Keine Behandlung ist risikofrei", "Sonuç garanti edemeyiz", "Mit besten Grüßen", ""),
]
CLAIMS = [
    *("pain-free", "risk-free", "up to 20 percent off", "Schmerzfrei und garantiert", "George Best, guaranteed 100%"),
    *("Guaranteed to work", "Painless, and the skin looks YOUNGER", "We promise up to 90 % less lines", "100% safe"),
    *("Not only painless but guaranteed", "The best clinic in Istanbul", "Garantierte Ergebnisse", "10 Jahre jünger"),
    *(
        "No side effects",
        "Keine Nebenwirkungen",
        "We guarantee results",
        "No pain, guaranteed results",
        "No risk at all",
    ),
    *("Bis zu 20 % Rabatt", "The effect lasts forever", "Ohne Risiko", "100 % sicher", "Up to ٩٠% less lines"),
]


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_sentence_is_not_marked(text: str) -> None:
    assert doubtful(text) == []


@pytest.mark.parametrize("text", CLAIMS)
def test_a_promise_that_nobody_can_make_is(text: str) -> None:
    assert len(doubtful(text)) == 1


def test_the_sentence_is_named_and_no_other() -> None:
    text = "Thank you for asking. The result is guaranteed! We cannot guarantee the day."
    assert doubtful(text) == ["The result is guaranteed!"]


@pytest.mark.parametrize(
    "text", ["only 2 places left, book today", "Hurry", "Book now", "Nur noch 2 Plätze", "Last chance", "Today only"]
)
def test_pressure_is_found(text: str) -> None:
    assert pressing(text)


@pytest.mark.parametrize(
    "text", ["You do not need to book today", "There is no hurry", "Take your time", "The price is valid until 3 May"]
)
def test_time_that_is_given_is_no_pressure(text: str) -> None:
    assert not pressing(text)


@pytest.mark.parametrize(
    "text",
    [
        *("WhatsApp me +90 532 111 22 33", "Call me +90 532 111 22 33", "mail ay@clinic.example", "call 05321112233"),
        *("www.clinic.example", "ring me on 5321112233", "+٩٠٥٣٢١١١٢٢٣٣", "0090 532 1112233", "ay (at) clinic"),
    ],
)
def test_contact_details_are_found(text: str) -> None:
    assert contact(text)


@pytest.mark.parametrize(
    "text",
    [
        *("What is the best time to call you?", "We do not use WhatsApp", "On 12.02.2027 we open", "Price 12000"),
        *("Register 123456789", "between 10:00 and 18:00", "2027-02-12", "NCTF 135 HA 3 x 3 ml"),
    ],
)
def test_dates_amounts_and_numbers_of_registers_are_no_contact(text: str) -> None:
    assert not contact(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Please do not call me on 07700 900123",
            "ana@patient.example",
            "(555) 123-4567",
            "My photos: www.ana.example",
        ),
        *("My photos: www.ana.example", "+44 7700 900123 after six", "06 12 34 56 78", "0171/1234567"),
    ],
)
def test_details_of_a_patient_are_found_whatever_is_said_about_them(text: str) -> None:
    assert details(text)


@pytest.mark.parametrize(
    "text",
    [
        *("I can pay 1,200 to 1.500 GBP", "Is it £1 200 or 1200.00?", "From 12/02/2027 to 14.02.2027, or 2027-02-12"),
        *("Between 10:00 and 18:30", "4 sessions x 3 ml, 3 weeks apart", "Do you use WhatsApp?", "I am 36, 170 cm"),
        *("Flight TK1984 lands 09:25", "My request MQ-7K2F9QXC of 28 November 2026", "Budget 900-1200, 2 trips"),
    ],
)
def test_prices_days_and_times_of_a_patient_are_no_details(text: str) -> None:
    assert not details(text)


@given(st.text(max_size=600))
def test_any_text_is_read(text: str) -> None:
    assert all(isinstance(find(text), list) for find in (doubtful, pressing, contact, details))
