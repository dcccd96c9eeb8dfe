"""Refuses changes that other sites' pages send, by what the browser says of the origin."""

from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

from marketplace.web.access import policy_here

READING = {"GET", "HEAD", "OPTIONS"}
OURS = {"", "none", "same-origin"}  # by Sec-Fetch-Site; "none" is typed or from a bookmark


def own_origins() -> set[str]:
    """As the browser sees the site: by its own address, or as it is published."""
    known = (request.host_url, str(current_app.config["SITE_URL"]))
    return {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, known)}


def refuse_other_sites() -> None:
    """Beside the form's token, and without it. Old browsers say nothing, the token still holds."""
    granted = policy_here()
    if request.method in READING or granted is None or granted.from_elsewhere:
        return
    origin = request.headers.get("Origin")
    if request.headers.get("Sec-Fetch-Site", "") not in OURS or (origin is not None and origin not in own_origins()):
        abort(403)


def install(app: Flask) -> None:
    """Checks the origin of each request of the app."""
    app.before_request(refuse_other_sites)
