"""The request form: one module a question, and what holds them together."""

from marketplace.web.patient.form import budget, check, clinics, health, photos, start, travel, you  # noqa: F401 - binds the views
