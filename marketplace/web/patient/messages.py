"""The patient answers a clinic's question, here and without handing out an address."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from marketplace.leads.actions import answer_question
from marketplace.leads.messages import messages
from marketplace.leads.queries import lead_with_clinic
from marketplace.web.forms import CreatingForm
from marketplace.web.patient.door import door
from marketplace.web.patient.holding import held
from marketplace.web.writing import once, writes


class MessageForm(CreatingForm):
    """What to say."""

    limit = "message-clinic"
    body = TextAreaField(
        lazy_gettext("Your message"),
        validators=[
            InputRequired(lazy_gettext("Enter a message")),
            Length(max=1500, message=lazy_gettext("Your message must be 1,500 characters or fewer")),
        ],
    )

    def counted(self) -> dict[str, str]:
        """Each message is an email to the clinic's desk."""
        return {"request": held().ref}


@door.get("/my/requests/<ref>/messages/<clinic>")
def show_messages(ref: str, clinic: str) -> str:
    """What was said so far, and a field."""
    lead = lead_with_clinic(held(), clinic)
    return render_template("patient/request/messages.html", lead=lead, said=messages(lead), form=MessageForm(), ref=ref)


@door.post("/my/requests/<ref>/messages/<clinic>")
@writes
@once(MessageForm)
def send_message(ref: str, clinic: str) -> ResponseReturnValue:
    """Answers a question; the clinic's clock runs on."""
    lead = lead_with_clinic(held(), clinic)
    form = MessageForm()
    if not form.validate_on_submit():
        page = render_template(
            "patient/request/messages.html",
            lead=lead,
            said=messages(lead),
            form=form,
            ref=ref,
            has_errors=True,
        )
        return page, 422
    answer_question(lead, form.body.data or "")
    flash(_("Sent to %(clinic)s", clinic=lead.clinic.name), "success")
    return redirect(url_for("patient.show_messages", ref=ref, clinic=clinic), 303)
