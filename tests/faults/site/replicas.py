"""Where the site reads: from a replica that lags behind."""

from typing import Any


class ReadAll:
    """Reads everything from the replica, as a router that knows no better."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "replica"

    def db_for_write(self, model: Any, **hints: Any) -> str | None:
        return "default"

    def allow_relation(self, *objects: Any, **hints: Any) -> bool:
        return True


class ReadUsers(ReadAll):
    """Reads the users from the replica, and everything else from the primary."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return "replica" if model._meta.app_label == "auth" else "default"
