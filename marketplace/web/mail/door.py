"""Mail's own door: no sign-in and no cookie; what comes in proves itself by its signature."""

from flask import Blueprint

from marketplace.web.http.headers import keep_private

door = Blueprint("mail", __name__)
door.after_request(keep_private)
