"""What happens to all of it at once."""

from marketplace.foundation.audit.log import Event


class BackupMade(Event):
    """Everything was written into a file."""


class BackupRestored(Event):
    """Everything is as it was; `reason` is the moment the backup was made at."""
