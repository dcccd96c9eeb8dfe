"""What reaches a view can be stored and shown."""

import io

import pytest
from flask import Flask, redirect
from hypothesis import example, given
from hypothesis import strategies as some
from werkzeug.exceptions import NotFound

from marketplace.foundation.security.input_safety import has_unsafe_characters, own_path
from tests.factories import Make
from tests.reading import Reader
from tests.world import World

CONTROLS = ["%00", "%01", "%0A", "%0D%0A", "%1B", "%7F", "%C2%85"]


@pytest.mark.parametrize("text", CONTROLS)
@pytest.mark.parametrize(
    "path", ["/clinic/a{}", "/treatments/{}", "/q/a{}b", "/my/requests/MQ-{}", "/operator/requests/{}"]
)
def test_no_name_in_a_path_holds_control_characters(client: Reader, path: str, text: str) -> None:
    assert client.get(path.format(text)).status_code == 404


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "9" * 5000, "-1"])
def test_a_number_no_column_holds_is_not_found(app: Flask, number: str) -> None:
    with pytest.raises(NotFound):
        app.url_map.bind("localhost").match(f"/dev/mail/{number}")


def test_a_name_nobody_gave_is_not_found(client: Reader) -> None:
    assert client.get("/clinic/" + "a" * 301).status_code == 404


@pytest.mark.parametrize("text", CONTROLS)
@pytest.mark.parametrize("query", ["q={}", "q{}=1", "utm_source=a{}b"])
def test_no_query_holds_control_characters(client: Reader, query: str, text: str) -> None:
    assert client.get("/clinics?" + query.format(text)).status_code == 400


@pytest.mark.parametrize("query", ["q=" + "a" * 2001, "&".join(f"a{n}=1" for n in range(2000))])
def test_no_query_is_a_book(client: Reader, query: str) -> None:
    assert client.get("/clinics?" + query).status_code == 400


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "x", "1e3", "٣"])
@pytest.mark.parametrize(
    "path", ["/operator/clinics", "/operator/emails", "/operator/requests", "/clinics", "/dashboard/leads"]
)
def test_any_page_number_shows_a_page(world: World, path: str, page: str) -> None:
    role = "operator" if path.startswith("/operator") else "owner"
    assert world.visit(role, f"{path}?page={page}").status_code == 200


@pytest.mark.parametrize("cookie", ['"\\000"', "é", "\x7f", "|é", "x|é"])
@pytest.mark.parametrize("name", ["theme", "sid", "remember_token", "home"])
def test_a_strange_cookie_is_none(app: Flask, name: str, cookie: str) -> None:
    headers = {"Cookie": f"{name}={cookie}; currency=EUR"}
    browser = Reader(app, app.response_class, use_cookies=False)
    assert browser.get("/my/link", headers=headers).status_code == 200
    assert "EUR" in browser.get("/treatments/mesotherapy/cost", headers=headers).text


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/xml"])
def test_forms_only(client: Reader, kind: str) -> None:
    assert client.post("/account/login", data=b'{"email": "a"}', content_type=kind).status_code == 415


@pytest.mark.parametrize("email", ["a\x00@b.example", "a\r\nBcc: x@y.example", "a" * 2001])
def test_sign_in_takes_no_strange_text(client: Reader, email: str) -> None:
    assert client.post("/account/login", data={"email": email, "password": "x"}).status_code == 400


def test_a_file_is_no_text(client: Reader) -> None:
    def form() -> dict[str, object]:
        return {"email": (io.BytesIO(b"ana@patient.example"), "ana@patient.example"), "password": "x"}

    assert client.post("/my/link", data=form()).status_code == 422
    assert client.post("/account/login", data=form()).status_code == 400


@pytest.mark.parametrize("line", ["Ana\tB", "Ana\nB", "Ana\x0bB"])
def test_a_name_is_one_line(client: Reader, line: str) -> None:
    answer = client.post("/my/link", data={"email": line})
    assert "Remove the characters that cannot be shown" in answer.page.text


NOT_OURS = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/x",
    "javascript:alert(1)",
    "/a\r\nLocation: //evil.example",
    "/\t/evil.example",
    "operator",
    " /operator",
]


@pytest.mark.parametrize("target", NOT_OURS)
def test_next_is_a_path_of_ours(client: Reader, make_operator: Make, target: str) -> None:
    form = {"email": make_operator().email, "password": "a long enough password 1"}
    by_query = client.post("/account/login", query_string={"next": target}, data=form)
    by_field = client.post("/account/login", data={**form, "next": target})
    assert (by_query.status_code, by_field.status_code) == (400, 400)


@given(some.text())
@example("/operator?page=2")
@example("/ü?x=//y")
def test_an_own_path_never_leads_elsewhere(target: str) -> None:
    path = own_path(target)
    if path is not None:
        with Flask("x").test_request_context("/", base_url="https://ours.example"):
            location = redirect(path).location
        assert location.startswith("/")
        assert location[1:2] not in {"/", "\\"}
        assert not has_unsafe_characters(location)


def test_own_paths() -> None:
    assert own_path("/operator/requests?page=2#top") == "/operator/requests?page=2#top"
    assert [own_path(target) for target in NOT_OURS] == [None] * len(NOT_OURS)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "a b", ""])
def test_another_host_is_not_us(app: Flask, host: str) -> None:
    answer = Reader(app, app.response_class).get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.parametrize("referrer", ["https://[x/", "http://[", "https://example.org:abc/"])
def test_a_referrer_nobody_can_read_is_refused(client, referrer):
    assert client.post("/my/link", headers={"Referer": referrer}).status_code == 400
