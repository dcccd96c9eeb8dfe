"""Static files: one style sheet, one script, named by content, cached for ever, negotiated."""

import gzip
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from marketplace.web.http.assets import Assets

STATIC = Path(__file__).parents[2] / "static"
KIB = 1024


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets(STATIC)


@pytest.fixture
def client(assets: Assets) -> FlaskClient:
    app = Flask("bare", static_folder=None)
    assets.install(app)
    return app.test_client()


def test_names_carry_the_hash_of_the_bytes(assets: Assets) -> None:
    assert re.fullmatch(r"/assets/app\.[0-9a-f]{12}\.css", assets.path("app.css"))
    assert assets.path("app.css") == Assets(STATIC).path("app.css")


def test_a_changed_style_gets_another_name(tmp_path: Path) -> None:
    first = Assets(_small_site(tmp_path, "a { color: red; }")).path("app.css")
    second = Assets(_small_site(tmp_path, "a { color: blue; }")).path("app.css")
    assert first != second


def test_styles_are_joined_in_order_with_hashed_fonts(tmp_path: Path) -> None:
    assets = Assets(_small_site(tmp_path, 'a { src: url("../fonts/lit.woff2"); } /* why */'))
    app = Flask("bare", static_folder=None)
    assets.install(app)
    text = app.test_client().get(assets.path("app.css")).text
    assert text.index("tokens") < text.index("layout") < text.index("card") < text.index("tag")
    assert f'url("{assets.path("lit.woff2")}")' in text
    assert "why" not in text


def test_a_browser_may_keep_a_file_for_ever(client: FlaskClient, assets: Assets) -> None:
    answer = client.get(assets.path("app.css"))
    assert answer.status_code == 200
    assert answer.content_type == "text/css; charset=utf-8"
    assert client.get(assets.path("app.js")).content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [("gzip, br", "br"), ("br", "br"), ("gzip", "gzip"), ("br;q=0.1, gzip", "gzip"), ("identity", None)],
)
def test_the_encoding_the_browser_likes_best(
    client: FlaskClient, assets: Assets, accepted: str, sent: str | None
) -> None:
    plain = client.get(assets.path("app.js")).data
    answer = client.get(assets.path("app.js"), headers={"Accept-Encoding": accepted})
    decode = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[sent]
    assert answer.headers.get("Content-Encoding") == sent
    assert decode(answer.data) == plain


def test_an_etag_saves_the_body_and_differs_by_encoding(client: FlaskClient, assets: Assets) -> None:
    path = assets.path("app.css")
    tags = {client.get(path, headers={"Accept-Encoding": kind}).headers["ETag"] for kind in ("br", "gzip", "")}
    assert len(tags) == 3
    tag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_fonts_go_as_they_are(client: FlaskClient, assets: Assets) -> None:
    path = assets.path("lit-600-latin.woff2")
    answer = client.get(path, headers={"Accept-Encoding": "br"})
    assert answer.content_type == "font/woff2"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("name", ["app.css", "app.000000000000.css", "..%2Fwsgi.py", "tokens.css"])
def test_only_hashed_names_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_a_template_asks_by_plain_name(assets: Assets) -> None:
    app = Flask("bare", static_folder=None)
    assets.install(app)
    with app.test_request_context():
        assert render_template_string("{{ asset('icon.svg') }}") == assets.path("icon.svg")
        with pytest.raises(KeyError):
            render_template_string("{{ asset('absent.png') }}")


@pytest.mark.parametrize(("name", "limit"), [("app.css", 12 * KIB), ("app.js", 6 * KIB)])
def test_weight(client: FlaskClient, assets: Assets, name: str, limit: int) -> None:
    assert len(client.get(assets.path(name), headers={"Accept-Encoding": "gzip"}).data) <= limit


def test_styles_know_no_left_and_right(client: FlaskClient, assets: Assets) -> None:
    styles = client.get(assets.path("app.css")).text
    physical = r"left|right|(?<![-\w])(?:(?:margin|padding|border)-(?:top|bottom)|(?:min-|max-)?(?:width|height)):"
    assert re.findall(physical, styles) == []


def _small_site(root: Path, base: str) -> Path:
    (root / "css/components").mkdir(parents=True, exist_ok=True)
    (root / "fonts").mkdir(exist_ok=True)
    (root / "fonts/lit.woff2").write_bytes(b"font")
    (root / "css/base.css").write_text(base)
    for name in ("tokens", "layout", "components/tag", "components/card"):
        (root / f"css/{name}.css").write_text(f".{name.rpartition('/')[2]} {{ }}")
    (root / "icon.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"></svg>')
    return root
