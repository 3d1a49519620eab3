"""Ory Kratos, public and admin: ``path("ory/", include("sessions_api.dialects.ory.urls"))``."""
