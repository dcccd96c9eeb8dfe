"""The patients' blueprint: the request form for anyone, a request's own pages for whoever holds its link."""

from flask import Blueprint

from marketplace.web.http.headers import keep_private
from marketplace.web.patient.request_access import accessible_refs

blueprint = Blueprint("patient", __name__)
blueprint.after_request(keep_private)
blueprint.context_processor(lambda: {"opened_refs": accessible_refs})
