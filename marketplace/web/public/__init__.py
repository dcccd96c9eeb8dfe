"""What anyone may read."""

from marketplace.web.public import clinics, files, health, home, pages, preferences, prices, treatments
from marketplace.web.public.door import door

__all__ = ["clinics", "door", "files", "health", "home", "pages", "preferences", "prices", "treatments"]
