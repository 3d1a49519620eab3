"""Authentication backends as sites have them."""

from django.contrib.auth.backends import ModelBackend


class OtherBackend(ModelBackend):
    """Another path to the same users."""


class VetoBackend:
    """Only says who may not sign in, as django-axes does: it knows no users."""

    def authenticate(self, request, **credentials):
        """Have nothing against anybody."""
