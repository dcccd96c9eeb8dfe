"""Public references: short, without characters that look alike, telling nothing."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_ref() -> str:
    """MQ- and eight characters: 30^8 possibilities."""
    return "MQ-" + "".join(secrets.choice(ALPHABET) for _ in range(8))
