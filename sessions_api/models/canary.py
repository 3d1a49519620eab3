"""The canary: what the web processes leave in the session engine for the commands to find."""

from django.db import models
from django.utils import timezone

from sessions_api import credentials
from sessions_api.models.fields import BytesField


class Canary(models.Model):
    """Where the site's canary is. There is one row at most.

    A command that finds the canary and can read it reads the engine of the web processes, and with
    their SECRET_KEY. Without that proof, sessions that it does not find may be alive.
    """

    ROW = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ROW)
    sealed_key = BytesField(max_length=credentials.MAX_SEALED)
    left_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"left at {self.left_at:%Y-%m-%d %H:%M}"
