"""Binds every view to its blueprint, and the blueprints to the app: a module of views not imported here has no page."""

from flask import Flask

import marketplace.web.dashboard.conflict
import marketplace.web.dashboard.inbox
import marketplace.web.dashboard.leads
import marketplace.web.dashboard.listing
import marketplace.web.dashboard.passport
import marketplace.web.dashboard.questions
import marketplace.web.dashboard.quoting
import marketplace.web.dashboard.team
import marketplace.web.operator.audit
import marketplace.web.operator.checks
import marketplace.web.operator.clinics
import marketplace.web.operator.decisions
import marketplace.web.operator.emails
import marketplace.web.operator.requests
import marketplace.web.operator.review
import marketplace.web.patient.form.check
import marketplace.web.patient.form.clinics
import marketplace.web.patient.form.health
import marketplace.web.patient.form.photos
import marketplace.web.patient.form.start
import marketplace.web.patient.form.travel
import marketplace.web.patient.form.you
import marketplace.web.patient.request.add_clinics
import marketplace.web.patient.request.aftercare
import marketplace.web.patient.request.answers
import marketplace.web.patient.request.calendar
import marketplace.web.patient.request.choosing
import marketplace.web.patient.request.compare
import marketplace.web.patient.request.confirming
import marketplace.web.patient.request.manage
import marketplace.web.patient.request.messages
import marketplace.web.patient.request.missing
import marketplace.web.patient.request.opening
import marketplace.web.patient.request.passport
import marketplace.web.patient.request.photos
import marketplace.web.patient.request.phrases
import marketplace.web.patient.request.price_kept
import marketplace.web.patient.request.quotes
import marketplace.web.patient.request.readers
import marketplace.web.patient.request.sharing
import marketplace.web.patient.shared
import marketplace.web.public.clinic_page
import marketplace.web.public.clinics
import marketplace.web.public.country_facts
import marketplace.web.public.front
import marketplace.web.public.own_prices
import marketplace.web.public.pages
import marketplace.web.public.preferences
import marketplace.web.public.prices
import marketplace.web.public.treatments
from marketplace.web.account_pages import account_pages, joining
from marketplace.web.dashboard.blueprint import blueprint as dashboard
from marketplace.web.mail_pages import blueprint as mail_feedback
from marketplace.web.mail_pages import dev_mail
from marketplace.web.metrics import blueprint as metrics
from marketplace.web.operator.blueprint import blueprint as operator
from marketplace.web.patient.blueprint import blueprint as patient
from marketplace.web.public.blueprint import blueprint as public

BLUEPRINTS = (public, patient, dashboard, operator, account_pages, joining, mail_feedback, metrics)


def install(app: Flask) -> None:
    """Registers the blueprints; the mailbox of development only outside production."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if not app.config["PRODUCTION"]:
        app.register_blueprint(dev_mail)
