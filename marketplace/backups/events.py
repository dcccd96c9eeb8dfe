"""Events about the whole database."""

from marketplace.foundation.audit.log import Event


class BackupMade(Event):
    """A backup of everything was written to a file."""


class BackupRestored(Event):
    """A backup was restored; `reason` is the moment it was made at."""
