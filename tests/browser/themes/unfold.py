"""The example site, with django-unfold as its manual says."""

from example_project.settings import *  # noqa: F403 (the same site)
from example_project.settings import INSTALLED_APPS

INSTALLED_APPS = ["unfold", *INSTALLED_APPS]
