"""What a row may say of a person."""

from tests.helpers import FIREFOX

FULL = {
    "ip_address": "203.0.113.7",
    "last_ip_address": "2001:db8:1:2::3",
    "country": "FR",
    "location": "Lyon, FR",
    "location_at_sign_in": "Munich, DE",
    "user_agent": FIREFOX,
    "last_user_agent": "curl/8.5",
    "device_type": "desktop",
    "browser": "Firefox 157",
    "os": "Linux",
    "device": "Thing",
    "label": "Work laptop",
    "provider": "google",
    "organization_id": "acme",
    "methods": "password",
}
