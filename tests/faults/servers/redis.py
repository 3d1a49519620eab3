"""A Redis of the tests' own, which they stop, pause, fill and forbid; and a cluster of three."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import redis

from tests.faults.servers.processes import Process, free_port, program, server_directory
from tests.faults.waiting import eventually

PACKAGE = "redis-server"
SLOTS = 16_384
SECONDS_TO_AGREE = 30


class Redis:
    """One server. What it holds outlives ``stop()`` and ``start()``, as with a disk."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.port = free_port()
        self.process = Process(
            [
                program("redis-server", package=PACKAGE),
                *("--bind", "127.0.0.1", "--port", str(self.port)),
                *("--dir", str(directory), "--save", ""),
                *options,
            ],
            directory=directory,
            answers=self._answers,
        )

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def other_url(self) -> str:
        """The URL of another database of the same server."""
        return f"redis://127.0.0.1:{self.port}/1"

    def command(self, *words: str | bytes) -> Any:
        """Have the server do something."""
        with redis.Redis(port=self.port, socket_timeout=10) as client:
            return client.execute_command(*words)

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        """Stop the server. It writes down what it holds."""
        self.command("SAVE")
        self.process.stop()

    def flush(self) -> None:
        """Have the server forget everything."""
        self.command("FLUSHALL")

    def fill(self) -> None:
        """Have the server refuse whatever needs memory."""
        self.command("CONFIG", "SET", "maxmemory-policy", "noeviction")
        self.command("CONFIG", "SET", "maxmemory", "1")

    def forbid(self, command: str) -> None:
        """Have the server refuse one of its commands, as hosted ones do."""
        self.command("ACL", "SETUSER", "default", f"-{command}")

    def pause(self) -> None:
        """Have the server take connections and answer nothing."""
        self.process.pause()

    def mend(self) -> None:
        """Undo whatever was done to the server. It holds what it held."""
        if self.process.is_running:
            self.process.resume()
        self.process.start()
        self.command("ACL", "SETUSER", "default", "+@all")
        self.command("CONFIG", "SET", "maxmemory", "0")

    def heal(self) -> None:
        """Mend the server, and empty it."""
        self.mend()
        self.flush()

    def _answers(self) -> bool:
        try:
            return bool(self.command("PING"))
        except redis.RedisError:
            return False


@contextmanager
def serve_redis(*options: str) -> Iterator[Redis]:
    """Run a Redis until the block is left."""
    with server_directory("redis") as directory:
        server = Redis(directory, *options)
        server.start()
        try:
            yield server
        finally:
            server.process.stop()


@contextmanager
def serve_cluster() -> Iterator[Sequence[Redis]]:
    """Run a Redis Cluster of three nodes, each with a third of the keys, until the block is left."""
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
    with serve_redis(*options) as one, serve_redis(*options) as two, serve_redis(*options) as three:
        nodes = (one, two, three)
        bounds = [SLOTS * share // len(nodes) for share in range(len(nodes) + 1)]
        for epoch, (node, first, end) in enumerate(zip(nodes, bounds, bounds[1:], strict=False), 1):
            node.command("CLUSTER", "SET-CONFIG-EPOCH", str(epoch))
            node.command("CLUSTER", "ADDSLOTSRANGE", str(first), str(end - 1))
        for node in nodes[1:]:
            one.command("CLUSTER", "MEET", "127.0.0.1", str(node.port))
        eventually(lambda: all(_is_whole(node) for node in nodes), within=SECONDS_TO_AGREE)
        yield nodes


def _is_whole(node: Redis) -> bool:
    """Tell whether a node knows where every key is."""
    info = str(node.command("CLUSTER", "INFO"))
    return "cluster_state:ok" in info and "cluster_known_nodes:3" in info
