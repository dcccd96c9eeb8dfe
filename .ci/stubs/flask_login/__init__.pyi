"""What the site uses of Flask-Login, which hands out no types of its own."""

from blinker import NamedSignal

user_logged_in: NamedSignal
user_logged_out: NamedSignal

class UserMixin:
    @property
    def is_authenticated(self) -> bool: ...

def logout_user() -> bool: ...

class AnonymousUserMixin:
    @property
    def is_authenticated(self) -> bool: ...
