"""The patients' blueprint: the request form for anyone, a request's own pages for whoever holds its link."""

from flask import Blueprint

from marketplace.web.http.headers import keep_private

blueprint = Blueprint("patient", __name__)
blueprint.after_request(keep_private)
