"""A second treatment beside the first: invented content, loaded as any other, and clinics that offer it."""

from pathlib import Path

from flask import Flask

from marketplace.catalogue import content_loader
from marketplace.clinics.models import Clinic
from tests.factories import build_clinic

FOLDER = Path(__file__).parent / "content"
SLUG = "laser-hair-removal"


def load_second(app: Flask) -> None:
    """Loads it into the app's database; its folder is a setting of the app, which a shared app must get back."""
    app.config["CONTENT_FOLDERS"] = (str(FOLDER),)
    assert content_loader.load().left == []


def laser_clinic(name: str = "Clinic Isik") -> Clinic:
    """A clinic in Istanbul that offers both procedures of the second treatment, and nothing else."""
    return build_clinic(name, slug=name.lower().replace(" ", "-"), offers=("laser-legs", "laser-lip"), low=7000)
