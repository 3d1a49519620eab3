"""A queue of tasks that is out of order."""

from typing import Any

from django.tasks.backends.base import BaseTaskBackend


class FailingBackend(BaseTaskBackend):
    """Takes nothing."""

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        raise ConnectionRefusedError
