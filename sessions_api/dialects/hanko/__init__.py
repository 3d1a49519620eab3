"""Hanko, admin and public: ``path("hanko/", include("sessions_api.dialects.hanko.urls"))``."""
