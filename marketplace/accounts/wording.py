"""What the sign-in pages say: our words in place of the library's, each with its kind of flash."""

from flask_babel import lazy_gettext

Message = tuple[str, str]


def marked(text: str) -> str:
    """Marks a text for the catalogues; Flask-Security looks it up when it is shown."""
    return text


_WRONG = marked("The email address or the password is not right")
_START_AGAIN = marked("This link has stopped working. Ask for a new one")

MESSAGES: dict[str, Message] = {
    "ALREADY_CONFIRMED": (marked("This email address is confirmed. Sign in"), "info"),
    "ANONYMOUS_USER_REQUIRED": (marked("You are signed in already"), "info"),
    "API_ERROR": (_START_AGAIN, "error"),
    "CHANGE_EMAIL_CONFIRMED": (marked("Your email address is changed"), "success"),
    "CHANGE_EMAIL_EXPIRED": (_START_AGAIN, "error"),
    "CHANGE_EMAIL_SENT": (marked("We have sent a link to the new address, if it is free"), "info"),
    "CODE_HAS_BEEN_SENT": (marked("We sent a code"), "info"),
    "CONFIRMATION_EXPIRED": (_START_AGAIN, "error"),
    "CONFIRMATION_REQUEST": (marked("If we know this address, we have sent a link to it"), "info"),
    "CONFIRMATION_REQUIRED": (_WRONG, "error"),
    "DISABLED_ACCOUNT": (_WRONG, "error"),
    "EMAIL_CONFIRMED": (marked("Your email address is confirmed. Sign in"), "success"),
    "EMAIL_NOT_PROVIDED": (marked("Enter your email address"), "error"),
    "FORGOT_PASSWORD": (marked("I forgot my password"), "info"),
    "GENERIC_AUTHN_FAILED": (_WRONG, "error"),
    "GENERIC_RECOVERY": (marked("If we know this address, we have sent a link to it"), "info"),
    "INVALID_CODE": (marked("The code is not right, or it was used before"), "error"),
    "INVALID_CONFIRMATION_TOKEN": (_START_AGAIN, "error"),
    "INVALID_EMAIL_ADDRESS": (
        marked("Enter an email address in the correct format, like name@example.com"),
        "error",
    ),
    "INVALID_INPUT": (marked("Enter this in another form"), "error"),
    "INVALID_PASSWORD": (marked("The password is not right"), "error"),
    "INVALID_RECOVERY_CODE": (marked("The recovery code is not right, or it was used before"), "error"),
    "INVALID_REDIRECT": (marked("That link led to another site. Sign in to see your own pages"), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (_START_AGAIN, "error"),
    "LOGIN": (marked("Sign in to see this page"), "info"),
    "NO_RECOVERY_CODES_SETUP": (marked("You have no recovery codes yet"), "info"),
    "PASSWORD_CHANGE": (marked("Your password is changed"), "success"),
    "PASSWORD_INVALID_LENGTH": (marked("Enter a password of %(length)s characters or more"), "error"),
    "PASSWORD_IS_THE_SAME": (marked("Enter a password you have not used here before"), "error"),
    "PASSWORD_NOT_PROVIDED": (marked("Enter your password"), "error"),
    "PASSWORD_RESET_EXPIRED": (_START_AGAIN, "error"),
    "PASSWORD_RESET_NO_LOGIN": (marked("Your new password is set. Sign in with it"), "success"),
    "PASSWORD_RESET_REQUEST": (marked("If we know this address, we have sent a link to it"), "info"),
    "PASSWORD_TOO_SIMPLE": (marked("Enter a password that is harder to guess"), "error"),
    "REAUTHENTICATION_REQUIRED": (marked("Enter your password again to go on"), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (marked("You can go on"), "info"),
    "REFRESH": (marked("Enter your password again to go on"), "info"),
    "RETYPE_PASSWORD_MISMATCH": (marked("The two passwords are not the same"), "error"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (marked("Your second factor is set up"), "success"),
    "TWO_FACTOR_DISABLED": (marked("Your second factor is off"), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (marked("The code is not right, or it was used before"), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (marked("You are signed in"), "success"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (marked("Select how you want to get your codes"), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (marked("Sign in to see this page"), "info"),
    "TWO_FACTOR_SETUP_EXPIRED": (marked("This took longer than we can keep it. Start again"), "error"),
    "UNAUTHENTICATED": (marked("Sign in to see this page"), "info"),
    "UNAUTHORIZED": (marked("Sign in to see this page"), "error"),
    "USER_DOES_NOT_EXIST": (_WRONG, "error"),
}

LABELS = {
    "email": lazy_gettext("Email address"),
    "password": lazy_gettext("Password"),
    "password_confirm": lazy_gettext("The password again"),
    "new_password": lazy_gettext("New password"),
    "new_password_confirm": lazy_gettext("The new password again"),
    "remember": lazy_gettext("Keep me signed in on this device"),
    "code": lazy_gettext("Code"),
}
