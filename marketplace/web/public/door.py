"""The public door: open to everyone, without a session."""

from flask import Blueprint

door = Blueprint("public", __name__)
