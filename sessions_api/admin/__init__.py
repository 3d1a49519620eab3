"""Sessions in Django's admin, to see and to end. Nothing is added, edited or deleted there."""

from sessions_api.admin.sessions import SessionAdmin
from sessions_api.admin.users import SessionsLinkMixin

__all__ = ["SessionAdmin", "SessionsLinkMixin"]
