"""Authentication backends as sites have them."""

from django.contrib.auth.backends import ModelBackend


class OtherBackend(ModelBackend):
    """Another path to the same users."""
