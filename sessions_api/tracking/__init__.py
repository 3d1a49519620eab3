"""One request, from the moment its session is known to the cookie that its browser gets.

``state`` says what has happened so far, ``gate`` hands out the user, ``login``, ``logout``,
``rotation``, ``use`` and ``token`` follow an event each, and ``response`` settles them.
"""

from sessions_api.tracking.current import current_session

__all__ = ["current_session"]
