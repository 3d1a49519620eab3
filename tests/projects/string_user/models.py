"""Users whose primary key is a text."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes users as Django's own manager does."""

    def create_user(self, username, email=None, password=None, **fields):
        user = self.model(handle=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A user who is their handle, and has no e-mail address."""

    handle = models.CharField(primary_key=True, max_length=150)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "handle"

    def __str__(self):
        return self.handle
