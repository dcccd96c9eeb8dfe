"""The patients' door: the request form for anyone, a request's own pages for whoever holds its link."""

from flask import Blueprint

from marketplace.web.headers import keep_private

door = Blueprint("patient", __name__)
door.after_request(keep_private)
