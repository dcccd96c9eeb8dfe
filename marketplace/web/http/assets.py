"""Styles, scripts, fonts and pictures: joined at start, named by content, kept by browsers for ever."""

import gzip
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import brotli
from flask import Blueprint, Flask, Response, abort, request

from marketplace.web import drawings

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
TEXT_TYPES = {".css", ".js", ".svg"}
FIRST_STYLES = ("tokens.css", "base.css", "layout.css")
FONT_URL = re.compile(r'url\("\.\./fonts/([^")]+)"\)')
CSS_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is served; its name carries the hash of its bytes."""

    name: str
    content_type: str
    body: bytes
    encoded: dict[str, bytes] = field(default_factory=dict)


class Assets:
    """Every static file by its plain name ("app.css") and by its hashed name ("app.3f2a91c07b5d.css")."""

    def __init__(self, static_dir: Path) -> None:
        self._by_plain: dict[str, Asset] = {}
        self._by_hashed: dict[str, Asset] = {}
        for path in sorted([*static_dir.glob("fonts/*.woff2"), *static_dir.glob("*.*")]):
            if path.suffix in CONTENT_TYPES:
                self._add(path.name, path.read_bytes())
        self._add("app.css", self._join_styles(static_dir / "css").encode())
        self._add("app.js", _join_scripts(static_dir / "js").encode())
        icon = (static_dir / "icon.svg").read_text()
        self._add("art.svg", drawings.svg(icon).encode())

    def path(self, name: str) -> str:
        """An unknown name is a mistake in a template and fails loudly."""
        return f"/assets/{self._by_plain[name].name}"

    def install(self, app: Flask) -> None:
        """Serve the files at `/assets/<name>` and give templates `asset(name)`."""
        blueprint = Blueprint("assets", __name__)
        blueprint.add_url_rule("/assets/<name>", "file", self._serve)
        app.register_blueprint(blueprint)
        app.jinja_env.globals.update(asset=self.path, drawing=drawings.drawing)

    def _serve(self, name: str) -> Response:
        asset = self._by_hashed.get(name)
        if asset is None:
            abort(404)
        encoding = request.accept_encodings.best_match(asset.encoded)
        response = Response(asset.encoded[encoding] if encoding else asset.body)
        response.headers["Content-Type"] = asset.content_type
        response.headers["Cache-Control"] = FOREVER
        if asset.encoded:
            response.headers["Vary"] = "Accept-Encoding"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.set_etag(f"{asset.name}-{encoding}" if encoding else asset.name)
        response.make_conditional(request)
        return response

    def _add(self, plain_name: str, body: bytes) -> None:
        stem, suffix = plain_name.rsplit(".", 1)
        digest = hashlib.sha256(body).hexdigest()[:12]
        kind = f".{suffix}"
        asset = Asset(
            name=f"{stem}.{digest}{kind}",
            content_type=CONTENT_TYPES[kind],
            body=body,
            encoded=_encode(body) if kind in TEXT_TYPES else {},
        )
        self._by_plain[plain_name] = asset
        self._by_hashed[asset.name] = asset

    def _join_styles(self, css_dir: Path) -> str:
        files = [css_dir / name for name in FIRST_STYLES]
        files += sorted((css_dir / "components").glob("*.css"))
        joined = "".join(path.read_text(encoding="utf-8") for path in files)
        without_comments = CSS_COMMENT.sub("", joined)
        return FONT_URL.sub(lambda found: f'url("{self.path(found[1])}")', without_comments)


def install(app: Flask) -> None:
    """Reads static/ beside the package once, at start."""
    Assets(Path(app.root_path).parent / "static").install(app)


def _join_scripts(js_dir: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(js_dir.glob("*.js")))


def _encode(body: bytes) -> dict[str, bytes]:
    """Brotli stands first: where a browser likes both equally, it gets the smaller one."""
    return {"br": brotli.compress(body), "gzip": gzip.compress(body, compresslevel=9, mtime=0)}
