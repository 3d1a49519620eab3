"""A cache that counts what is asked of it."""

from django.core.cache.backends.locmem import LocMemCache

operations: list[str] = []


class CountingCache(LocMemCache):
    """A LocMemCache that notes the name of each operation."""


def _counted(name):
    original = getattr(LocMemCache, name)

    def operation(self, *args, **kwargs):
        operations.append(name)
        return original(self, *args, **kwargs)

    return operation


for _name in ("get", "set", "add", "delete", "touch", "has_key", "incr", "clear"):
    setattr(CountingCache, _name, _counted(_name))


class FailingCache(LocMemCache):
    """A cache whose server is down."""

    def get(self, *args, **kwargs):
        raise ConnectionError

    set = add = delete = touch = has_key = get_many = delete_many = get
