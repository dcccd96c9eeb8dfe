"""Access policies: each endpoint has one, applied before its view; the site does not start without one.

What a guard found (the request, the lead, the clinic) is handed to the view as an argument of that name.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import TypedDict, cast
from uuid import UUID

from flask import Flask, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from werkzeug.routing import Rule

from marketplace.extensions import csrf
from marketplace.foundation.database.roles import DatabaseRole, use_role

Guard = Callable[[], ResponseReturnValue | None]


@dataclass(frozen=True)
class Policy:
    """Who may use an endpoint: a guard, which lets in by returning None, and the database role until then.

    `finds` names what the guard leaves in `g` for the view. `from_elsewhere`: no CSRF token, as the sender is not a
    form of ours.
    """

    guard: Guard
    role: DatabaseRole = DatabaseRole.PUBLIC
    from_elsewhere: bool = False
    finds: tuple[str, ...] = ()


# Blueprint -> part of the site -> policy: the longest path wins, so that a new page below a part is held to its policy
# automatically. A page in no part has no policy. Flask-Security's pages are named one by one.
PARTS: dict[str, dict[str, str]] = {
    "public": {"/": "public", "/healthz": "probe", "/readyz": "probe"},
    "patient": {
        "/get-quotes": "patient-form",
        "/d/<token>": "link-holder",
        "/my/leave": "patient-form",
        "/my/link": "patient-form",
        "/my/requests/<ref>": "request-holder",
        "/my/requests/<ref>/compare": "quotes-holder",
        "/my/requests/<ref>/compare/keep": "request-holder",
        "/p/<token>": "link-holder",
        "/q/<token>": "link-holder",
        "/shared/<token>": "read-only",
    },
    "dashboard": {
        "/dashboard": "member",
        "/dashboard/export.csv": "owner",
        "/dashboard/leads/<ref>": "member-of-this-clinic",
        "/dashboard/listing/pause": "owner",
        "/dashboard/listing/resume": "owner",
        "/dashboard/listing/submit": "owner",
        "/dashboard/team/<uuid:account_id>": "owner",
        "/dashboard/team/invitations": "owner",
        "/dashboard/team/invite": "owner",
    },
    "operator": {"/operator": "operator"},
    "mail": {"/hooks": "hook", "/unsubscribe": "one-click"},
    "assets": {"/assets": "public"},
    "dev_mail": {"/dev/mail": "dev-only"},
    "metrics": {"/metrics": "probe"},
    "account_pages": {"/account": "signed-in"},
    "joining": {"/account/invitation/<token>": "invited"},
    "security": {
        "/account/change": "signed-in",
        "/account/change-email": "signed-in",
        "/account/change-email/<token>": "account-link",
        "/account/confirm": "sign-in",
        "/account/confirm/<token>": "account-link",
        "/account/login": "sign-in",
        "/account/logout": "sign-in",
        "/account/mf-recovery": "sign-in",
        "/account/mf-recovery-codes": "signed-in",
        "/account/reset": "sign-in",
        "/account/reset/<token>": "account-link",
        "/account/tf-rescue": "closed",
        "/account/tf-select": "sign-in",
        "/account/tf-setup": "sign-in",
        "/account/tf-validate": "sign-in",
        "/account/verify": "signed-in",
    },
}


class NoPolicy(RuntimeError):
    """A page has no access policy; the site does not start with it."""


def install(app: Flask, policies: Mapping[str, Policy]) -> None:
    """Gives each endpoint its policy, once all pages are bound. Raises NoPolicy, which names the pages without one."""
    found = {rule.endpoint: _name_for(rule) for rule in app.url_map.iter_rules()}
    without = sorted(endpoint for endpoint, name in found.items() if name not in policies)
    if without:
        raise NoPolicy(f"No policy for {', '.join(without)}")
    app.extensions["access"] = {endpoint: policies[str(name)] for endpoint, name in found.items()}
    app.extensions["access_names"] = found
    for endpoint, granted in app.extensions["access"].items():
        if granted.from_elsewhere:
            csrf.exempt(app.view_functions[endpoint])
        if granted.finds:
            view = cast("Callable[..., ResponseReturnValue]", app.view_functions[endpoint])
            app.view_functions[endpoint] = _with_arguments(view, granted.finds)
    app.before_request(_apply_policy)


def _with_arguments(
    view: Callable[..., ResponseReturnValue], finds: tuple[str, ...]
) -> Callable[..., ResponseReturnValue]:
    """Returns the view; it gets as arguments what its signature names of the guard's finds and the address."""
    named = inspect.signature(view).parameters

    @wraps(view)
    def given(**address: str | int | UUID) -> ResponseReturnValue:
        found = {name: getattr(g, name) for name in finds if name in named}
        return view(**{name: value for name, value in address.items() if name in named}, **found)

    return given


def policy_here() -> Policy | None:
    """Returns the policy of the requested page; None where there is no such page."""
    found: Policy | None = current_app.extensions["access"].get(request.endpoint)
    return found


class AccessRule(TypedDict):
    """One page, its methods and the policy for it."""

    endpoint: str
    rule: str
    methods: list[str]
    policy: str
    csrf: bool


def rules(app: Flask) -> list[AccessRule]:
    """Returns every page with its path, methods and policy, and whether a POST to it needs a CSRF token."""
    rows = [_row(app, rule) for rule in app.url_map.iter_rules()]
    return sorted(rows, key=lambda row: (row["rule"], str(row["methods"])))


def _row(app: Flask, rule: Rule) -> AccessRule:
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {
        "endpoint": rule.endpoint,
        "rule": rule.rule,
        "methods": methods,
        "policy": app.extensions["access_names"][rule.endpoint],
        "csrf": "POST" in methods and not app.extensions["access"][rule.endpoint].from_elsewhere,
    }


def _name_for(rule: Rule) -> str | None:
    parts = PARTS.get(rule.endpoint.partition(".")[0], {})
    around = [part for part in parts if f"{rule.rule}/".startswith(f"{part.rstrip('/')}/")]
    return parts[max(around, key=len)] if around else None


def _apply_policy() -> ResponseReturnValue | None:
    if request.endpoint is None:
        return None  # an unknown path or a wrong method is answered as such
    granted = policy_here()
    if granted is None:
        abort(403)
    use_role(granted.role)
    return granted.guard()
