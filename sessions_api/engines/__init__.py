"""What the site's session engine holds, for one key and for many at once.

Nothing else imports ``django.contrib.sessions``. Django's five engines, and subclasses of them that
do not change how they store sessions, are asked for many keys at once. Any other engine is asked
once for each key.
"""

from sessions_api.engines.deletion import delete_many
from sessions_api.engines.extension import extend
from sessions_api.engines.listing import Held, check_answers, each
from sessions_api.engines.loading import is_rolled_back, load, load_many
from sessions_api.engines.store import (
    EngineSession,
    Payload,
    enforces_expiry,
    expiry,
    is_client_side,
    move,
    signed_payload,
    store_class,
)

__all__ = [
    "EngineSession",
    "Held",
    "Payload",
    "check_answers",
    "delete_many",
    "each",
    "enforces_expiry",
    "expiry",
    "extend",
    "is_client_side",
    "is_rolled_back",
    "load",
    "load_many",
    "move",
    "signed_payload",
    "store_class",
]
