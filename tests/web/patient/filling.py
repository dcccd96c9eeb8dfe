"""A person who fills the form in: one good answer for each question."""

from typing import Any

from marketplace.quote_requests.drafts import BESIDE

ANSWERS: dict[str, dict[str, Any]] = {
    "treatment": {"procedure": "facial"},
    "where": {"home_country": "GB", "destinations": ["PL", "TR"]},
    "when": {"timing": "quarter", "trips": "2", "amount": "", "currency": "GBP"},
    "health": {"conditions": ["none"], "details": ""},
    "you": {"name": "Ana", "email": "ana@patient.example", "languages": ["en"]},
}
BUDGET = {"amount": "", "currency": "GBP"}  # also asked on a page of its own, which nobody has to open


def begin(client: Any, **given: str) -> Any:
    """A draft for this browser."""
    return client.post("/get-quotes", data=given)


def answer(client: Any, step: str, **changes: Any) -> Any:
    """Posts the usual answer, with the changes the test is about."""
    return client.post(f"/get-quotes/{step}", data={**ANSWERS.get(step, BUDGET if step == "budget" else {}), **changes})


def answer_until(client: Any, step: str, **changes: dict[str, Any]) -> None:
    """Starts, and answers every question before this one, or before the one it stands beside."""
    begin(client)
    for earlier in ANSWERS:
        if earlier == step:
            return
        assert answer(client, earlier, **changes.get(earlier, {})).status_code == 303
        if earlier == BESIDE.get(step):
            return


def reach_check(client: Any, *slugs: str, **changes: dict[str, Any]) -> dict[str, list[str]]:
    """Ticks the clinics and gives back what the last page would send."""
    answer_until(client, "clinics", **changes)
    assert answer(client, "clinics", clinics=list(slugs)).headers["Location"] == "/get-quotes/check"
    return client.get("/get-quotes/check").page.fields()


def press(client: Any, path: str) -> Any:
    """The button of a page as it stands."""
    return client.post(path, data=client.get(path).page.fields())
