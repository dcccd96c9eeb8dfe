"""Everything in one file, to read and to process (GDPR, articles 15 and 20)."""

import io
import json
import zipfile

from flask import render_template, request, send_file
from flask.typing import ResponseReturnValue

from marketplace.quote_requests.photos import picture
from marketplace.quotes.exporting import export, photo_files
from marketplace.web.http.writing import writes
from marketplace.web.patient.blueprint import blueprint
from marketplace.web.patient.holding import held, own_browser_only


@blueprint.get("/my/requests/<ref>/export")
@own_browser_only
@writes
def export_request(ref: str) -> ResponseReturnValue:
    """The request's own page opens it, nobody else's does; a look by HEAD takes nothing."""
    quote_request = held()
    if request.method == "HEAD":
        return ""
    content = export(quote_request)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("request.json", json.dumps(content, ensure_ascii=False, indent=2))
        for file, photo in photo_files(quote_request):
            folder.writestr(file, picture(photo))
        folder.writestr("request.html", render_template("patient/request/export.html", content=content))
    archive.seek(0)
    return send_file(archive, mimetype="application/zip", as_attachment=True, download_name=f"{ref}.zip")
