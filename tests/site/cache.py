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


class BatchCache(LocMemCache):
    """A LocMemCache that notes how many keys it is asked for at once."""

    def get_many(self, keys, version=None):
        operations.append(f"get_many {len(keys)}")
        return {
            key: value for key in keys if (value := super(BatchCache, self).get(key)) is not None
        }

    def get(self, *args, **kwargs):
        operations.append("get")
        return super().get(*args, **kwargs)


class FailingCache(LocMemCache):
    """A cache whose server is down."""

    def get(self, *args, **kwargs):
        raise ConnectionError

    set = add = delete = touch = has_key = get_many = delete_many = get


class SwallowingCache(LocMemCache):
    """A cache that answers "nothing there" while its server is down, as it is set up to do."""

    is_down = False

    def get(self, *args, **kwargs):
        return None if self.is_down else super().get(*args, **kwargs)

    def get_many(self, *args, **kwargs):
        return {} if self.is_down else super().get_many(*args, **kwargs)

    def set(self, *args, **kwargs):
        return None if self.is_down else super().set(*args, **kwargs)

    def add(self, *args, **kwargs):
        return False if self.is_down else super().add(*args, **kwargs)

    def delete(self, *args, **kwargs):
        return False if self.is_down else super().delete(*args, **kwargs)

    def delete_many(self, *args, **kwargs):
        return None if self.is_down else super().delete_many(*args, **kwargs)


class UndeletingCache(LocMemCache):
    """A cache whose server answers, and deletes nothing, as one that takes no writes any more."""

    def delete(self, *args, **kwargs):
        raise ConnectionError

    delete_many = delete
