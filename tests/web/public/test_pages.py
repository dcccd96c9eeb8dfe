"""Public pages: readable by anyone, without a session, whatever the address says."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.clinics import facets
from marketplace.clinics.checks import check_of
from marketplace.clinics.states import ListingState
from marketplace.extensions import db
from marketplace.foundation import clock
from tests.factories import Make

PAGES = [
    "/",
    "/treatments",
    "/treatments/mesotherapy",
    "/treatments/mesotherapy/questions",
    "/treatments/mesotherapy/aftercare",
    "/treatments/mesotherapy/turkey",
    "/clinics",
    "/how-it-works",
    "/how-we-check-clinics",
    "/how-we-rank",
    "/how-we-show-prices",
    "/how-we-make-money",
    "/privacy",
    "/terms",
    "/accessibility",
    "/for-clinics",
    "/transparency",
    "/report",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_sets_a_cookie(client: Any, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "base-uri 'none'; frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "path",
    [
        "/nope",
        "/treatments/nope",
        "/treatments/mesotherapy/atlantis",
        "/clinic/nope",
        "/clinics/atlantis",
        "/clinics/turkey/atlantis",
        "/clinics/",
    ],
)
def test_what_is_not_there(client: Any, path: str) -> None:
    assert client.get(path).status_code in {404, 308}


@pytest.mark.parametrize(
    "query",
    [
        "?country=zz&language=xx&sort=money&page=-3",
        "?q=%27%25_&max_price=abc",
        "?page=99999",
        "?max_price=" + "9" * 50,
    ],
)
def test_strange_filters_never_break(client: Any, make_clinic: Make, query: str) -> None:
    make_clinic()
    assert client.get("/clinics" + query).status_code == 200


def listed(client: Any, query: str) -> set[str]:
    page = client.get("/clinics?" + query).page
    return {
        "".join(link.itertext())
        for link in page.all("a")
        if (link.get("href") or "").startswith("/clinic/") and "/checks" not in link.get("href")
    }


def test_filters_narrow_the_list(client: Any, make_clinic: Make) -> None:
    make_clinic("Clinic Lale", languages=["tr", "en"], low=6000)
    make_clinic("Clinic Wisla", country="PL", city="Kraków", languages=["pl"], low=20000)
    make_clinic("Clinic Hidden", listing_state=ListingState.SUSPENDED)
    facets.rebuild()
    db.session.flush()
    assert listed(client, "") == {"Clinic Lale", "Clinic Wisla"}
    assert listed(client, "country=pl") == {"Clinic Wisla"}
    assert listed(client, "language=en") == {"Clinic Lale"}
    assert listed(client, "q=lale") == {"Clinic Lale"}
    assert listed(client, "max_price=100&currency=EUR") == {"Clinic Lale"}
    assert listed(client, "procedure=facial&country=tr") == {"Clinic Lale"}


def test_no_match_names_what_to_remove(client: Any, make_clinic: Make) -> None:
    make_clinic(languages=["en"])
    make_clinic("Clinic Wisla", country="PL", languages=["pl"])
    facets.rebuild()
    text = client.get("/clinics?country=tr&language=pl").page.text
    assert "Remove “speaks Polish” to see 1 clinic" in text


def test_a_filter_is_removed_without_losing_the_country_of_the_path(client: Any, make_clinic: Make) -> None:
    make_clinic(languages=["en"])
    facets.rebuild()
    page = client.get("/clinics/turkey/istanbul?language=en").page
    hrefs = [link.get("href") for item in page.all("ul", class_="chips") for link in item.iter("a")]
    assert hrefs[:3] == [
        "/clinics?language=en&city=Istanbul",
        "/clinics?language=en&country=tr",
        "/clinics?country=tr&city=Istanbul",
    ]


def test_a_card_of_an_expired_clinic_offers_no_question(client: Any, make_clinic: Make) -> None:
    make_clinic(expired=("people",))
    assert "Ask this clinic" not in client.get("/clinics").page.text


def test_a_clinic_shows_prices_people_and_stamp(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    page = client.get(f"/clinic/{clinic.slug}").page
    assert "New here: no reply times yet" in page.text
    assert "6 of 6 checks passed" in page.text
    assert "Dr Ayşe Sample" in page.text


def test_a_price_is_shown_in_both_currencies_with_the_day_of_the_rate(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic(low=6000)
    text = client.get(f"/clinic/{clinic.slug}?currency=GBP").page.text
    assert "€60 to €180" in text
    assert "about £" in text
    assert "European Central Bank reference rates of " in text
    assert "reference rates" not in client.get(f"/clinic/{clinic.slug}?currency=EUR").page.text


def test_an_expired_clinic_cannot_be_asked(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic(expired=("licence",))
    text = client.get(f"/clinic/{clinic.slug}").page.text
    assert "Cannot receive new requests" in text
    assert "Ask this clinic" not in text


def test_a_check_past_its_last_day_is_not_shown_as_passed(client: Any, make_clinic: Make) -> None:
    clinic = make_clinic()
    check_of(clinic, "licence").expires_on = clock.today() - timedelta(days=1)
    tags = [
        "".join(tag.itertext()) for tag in client.get(f"/clinic/{clinic.slug}/checks").page.all("span", class_="tag")
    ]
    assert (tags.count("Passed"), tags.count("Expired")) == (5, 1)


def test_a_suspended_clinic_is_not_found(client: Any, make_clinic: Make) -> None:
    assert client.get(f"/clinic/{make_clinic(listing_state=ListingState.SUSPENDED).slug}").status_code == 404


def test_preferences_are_kept_in_cookies(client: Any) -> None:
    answer = client.post("/preferences", data={"theme": "dark", "home": "PL", "currency": "EUR"})
    assert answer.status_code == 303
    assert client.get("/").page.root.get("data-theme") == "dark"
    assert client.post("/preferences", data={"theme": "pink", "home": "PL", "currency": "EUR"}).status_code == 422


def test_machines_find_their_files(client: Any) -> None:
    assert "<loc>http://127.0.0.1:8000/treatments/mesotherapy/cost</loc>" in client.get("/sitemap.xml").text
    assert "Disallow: /my" in client.get("/robots.txt").text
    assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_an_expired_clinic_in_the_list_has_no_button(client: Any, make_clinic: Make) -> None:
    make_clinic(expired=("licence",))
    assert "Ask this clinic" not in client.get("/clinics").page.text


@pytest.mark.parametrize("path", ["/clinic/%00", "/treatments/%00", "/clinic/a%00/checks", "/clinics/turkey/%01"])
def test_control_characters_in_a_path_are_not_found(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG"])
def test_no_other_method_is_answered(client: Any, method: str) -> None:
    assert client.open("/", method=method).status_code == 405


@pytest.mark.parametrize("path", ["/report", "/for-clinics", "/accessibility", "/how-we-check-clinics"])
def test_the_address_to_write_to_is_the_sites_own_and_a_link(
    app: Any, client: Any, monkeypatch: Any, path: str
) -> None:
    monkeypatch.setitem(app.config, "MAIL_DEFAULT_SENDER", "Quotes <desk@other.example>")
    page = client.get(path).page
    assert "desk@other.example" in page.text
    assert page.one("a", href="mailto:desk@other.example") is not None


def test_figures_of_invented_clinics_say_so(client: Any, make_clinic: Make) -> None:
    make_clinic(is_sample=True, leads_sent=100, leads_answered=80)
    facets.rebuild()
    assert "Every clinic counted here is invented" in client.get("/transparency").page.text
    make_clinic("Real", leads_sent=60, leads_answered=30)
    facets.rebuild()
    text = client.get("/transparency").page.text
    assert "invented" not in text
    assert "50%" in text


def test_a_card_says_what_the_roles_are(client: Any, make_clinic: Make) -> None:
    make_clinic()
    assert "Treated by a dermatologist" in client.get("/clinics").page.text


@pytest.mark.parametrize("path", ["/", "/clinics", "/for-clinics", "/nothing-here"])
def test_every_page_leads_to_the_sign_in(client, path):
    answer = client.get(path)
    links = [link.get("href") for link in answer.page.one("footer").iter("a")]
    assert "/account/login" in links


def test_the_page_for_clinics_leads_to_the_sign_in(client):
    links = [link.get("href") for link in client.get("/for-clinics").page.one("main").iter("a")]
    assert "/account/login" in links
