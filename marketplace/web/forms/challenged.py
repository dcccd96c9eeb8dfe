"""A form that robots like: filled in too fast, too late, too often or where nobody looks, it asks for one more step.

Nobody is turned away by it: a browser works for a second, and without script a person waits for ten.
"""

import json
from datetime import timedelta

from flask import current_app, g
from flask_babel import gettext as _
from wtforms import HiddenField, StringField

from marketplace.foundation.security import challenges
from marketplace.foundation.values.durations import seconds
from marketplace.web.forms.base import ExtraValidators, Form

MIN_AGE, MAX_AGE = timedelta(seconds=3), timedelta(hours=24)


class ChallengedForm(Form):
    """`website` is hidden from people; `rendered` says when the page was made, `proof` is the answer to a challenge."""

    website = StringField()
    rendered = HiddenField(default=lambda: challenges.signed_timestamp("shown"))
    proof = HiddenField()

    work = ""  # the task, where one more step is asked for

    def validate(self, extra_validators: ExtraValidators | None = None) -> bool:
        """Last of all, so that only what would be accepted is challenged."""
        if not super().validate(extra_validators):
            return False
        if not current_app.config["CHALLENGES_ON"] or not self._doubtful() or self._proven():
            return True
        self._ask()
        return False

    def _doubtful(self) -> bool:
        age = challenges.age(self.rendered.data or "", purpose="shown")
        return bool(self.website.data or g.get("limit_is_low") or age is None or not MIN_AGE <= age <= MAX_AGE)

    def _proven(self) -> bool:
        proof = self.proof.data or ""
        return challenges.accept_work(proof) or challenges.accept_wait(proof)

    def _ask(self) -> None:
        self.work = json.dumps(challenges.new_work())
        if not challenges.still_waiting(self.proof.data or ""):
            self.proof.data = challenges.signed_timestamp("wait")
        self.form_errors.append(_("One more step: wait %(time)s, then send again", time=seconds(challenges.WAIT)))
