from typing import TypedDict

class Estimate(TypedDict):
    score: int

def zxcvbn(password: str, user_inputs: list[str] | None = None) -> Estimate: ...
