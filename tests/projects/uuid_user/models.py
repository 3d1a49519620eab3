"""Users whose primary key is a UUID."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Django's user under a UUID."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class Colleague(User):
    """The same users under another name."""

    class Meta:
        proxy = True


class Customer(User):
    """A user with more to them."""

    number = models.PositiveIntegerField(default=1)
