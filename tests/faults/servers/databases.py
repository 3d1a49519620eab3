"""Database servers of the tests' own: PostgreSQL and MariaDB, which they stop, lock and freeze."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import MySQLdb
import psycopg

from tests.faults.servers.processes import (
    Process,
    free_port,
    program,
    run_unprivileged,
    server_directory,
)

NAME = "site"
TABLE = "sessions_api_session"
AWAY = "sessions_api_session_away"
KEPT = ("auth_permission", "auth_user", "django_content_type", "django_migrations")
"""Tables that tests leave as the migrations and the fixture have made them."""


class Database(ABC):
    """What tests do to a database server, whichever it is."""

    process: Process

    @property
    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """Django's settings for the site's database."""

    @abstractmethod
    def connect(self, name: str = NAME) -> Any:
        """Return a connection that commits by itself."""

    @abstractmethod
    def with_timeouts(self, *, lock: float = 0, statement: float = 0) -> dict[str, Any]:
        """Return the settings of a site that waits so many seconds for a lock or a statement."""

    @abstractmethod
    def refuse_writes(self) -> None:
        """Make the server what the old primary is after a fail-over."""

    @abstractmethod
    def take_writes(self) -> None:
        """Undo ``refuse_writes``."""

    @abstractmethod
    def table_locked(self) -> Any:
        """Return a context in which nobody else gets at our table."""

    @abstractmethod
    def refusals(self) -> int:
        """Return a count that grows with each statement that fails, or at least with each UPDATE."""

    def execute(self, *statements: str, name: str = NAME) -> list[tuple[Any, ...]]:
        """Run statements, and return the rows of the last one."""
        with closing(self.connect(name)) as connection, closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def start(self) -> None:
        self.process.start()

    def stop(self) -> None:
        self.process.stop()

    @contextmanager
    def rows_locked(self, table: str = TABLE) -> Iterator[None]:
        """Hold a lock on every row of a table, as another transaction that goes on and on."""
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT id FROM {table} FOR UPDATE")  # noqa: S608
            cursor.fetchall()
            yield
            cursor.execute("ROLLBACK")

    @contextmanager
    def table_missing(self) -> Iterator[None]:
        """Take our table away, as before ``migrate``."""
        self.execute(f"ALTER TABLE {TABLE} RENAME TO {AWAY}")
        try:
            yield
        finally:
            self.execute(f"ALTER TABLE {AWAY} RENAME TO {TABLE}")

    def heal(self) -> None:
        """Undo whatever was done to the server, and empty the site's tables."""
        self.start()
        self.take_writes()
        schema = "public" if isinstance(self, PostgreSQL) else NAME
        tables = self.execute(
            f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{schema}'"  # noqa: S608
        )
        names = [name for (name,) in tables if name not in KEPT]
        self.execute(*(f"DELETE FROM {name}" for name in names if name != TABLE))  # noqa: S608
        if TABLE in names:
            self.execute(f"DELETE FROM {TABLE}")  # noqa: S608


class PostgreSQL(Database):
    """A cluster, in PostgreSQL's sense, that does not care about its disk."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        data = directory / "data"
        run_unprivileged(
            [
                program("initdb", package="postgresql"),
                *("-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"),
                *("--locale", "C", "--no-sync"),
            ],
            directory=directory,
        )
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": directory,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 100,
        }
        given = [f"--{name}={value}" for name, value in options.items()]
        self.process = Process(
            [program("postgres", package="postgresql"), "-D", str(data), *given],
            directory=directory,
            answers=self._answers,
            # SIGTERM would wait for everybody to leave.
            stop_signal=signal.SIGINT,
            is_unprivileged=True,
        )

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": NAME,
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "USER": "postgres",
        }

    def connect(self, name: str = NAME) -> Any:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="postgres", dbname=name, autocommit=True
        )

    def with_timeouts(self, *, lock: float = 0, statement: float = 0) -> dict[str, Any]:
        given = {"lock_timeout": lock, "statement_timeout": statement}
        words = [f"-c {name}={int(seconds * 1000)}" for name, seconds in given.items() if seconds]
        return {**self.settings, "OPTIONS": {"options": " ".join(words)}}

    def refuse_writes(self) -> None:
        self._make_read_only("on")

    def take_writes(self) -> None:
        self._make_read_only("off")

    @contextmanager
    def table_locked(self) -> Iterator[None]:
        with closing(self.connect()) as connection:
            connection.execute("BEGIN")
            connection.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
            yield
            connection.execute("ROLLBACK")

    def refusals(self) -> int:
        return self.process.output().count(" ERROR:  ")

    def waiting(self) -> int:
        """Return how many wait for a lock."""
        ((count,),) = self.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
        return int(count)

    def shut_out(self, name: str) -> None:
        """Have a database of the server refuse everybody, as if its server had stopped."""
        self.execute(
            f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",  # noqa: S608
            name="postgres",
        )

    def let_in(self, name: str) -> None:
        """Undo ``shut_out``."""
        self.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true", name="postgres")

    def _make_read_only(self, value: str) -> None:
        # By the superuser's own session, which is not read-only yet or says that it is not.
        self.execute(
            "SET default_transaction_read_only = off",
            f"ALTER SYSTEM SET default_transaction_read_only = {value}",
            "SELECT pg_reload_conf()",
            name="postgres",
        )

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            self.connect("postgres").close()
            return True
        return False


class MariaDB(Database):
    """A MariaDB that does not care about its disk. The site's user is no superuser."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        data = directory / "data"
        run_unprivileged(
            [
                program("mariadb-install-db", package="mariadb-server"),
                *("--no-defaults", f"--datadir={data}", "--skip-test-db"),
                "--auth-root-authentication-method=normal",
            ],
            directory=directory,
        )
        self.process = Process(
            [
                program("mariadbd", package="mariadb-server"),
                *("--no-defaults", f"--datadir={data}", f"--port={self.port}"),
                *("--bind-address=127.0.0.1", f"--socket={directory / 'socket'}"),
                f"--pid-file={directory / 'pid'}",
                *("--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M"),
                *("--innodb-fast-shutdown=2", "--character-set-server=utf8mb4"),
            ],
            directory=directory,
            answers=self._answers,
            is_unprivileged=True,
        )

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "ENGINE": "django.db.backends.mysql",
            "NAME": NAME,
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "USER": NAME,
            "OPTIONS": {"charset": "utf8mb4"},
        }

    def connect(self, name: str = NAME) -> Any:
        given = {} if name == "mysql" else {"database": name}
        return MySQLdb.connect(
            host="127.0.0.1", port=self.port, user="root", autocommit=True, **given
        )

    def with_timeouts(self, *, lock: float = 0, statement: float = 0) -> dict[str, Any]:
        words = []
        if lock:
            # Both know whole seconds only.
            whole = max(1, round(lock))
            words += [f"lock_wait_timeout={whole}", f"innodb_lock_wait_timeout={whole}"]
        if statement:
            words.append(f"max_statement_time={statement}")
        options = {"charset": "utf8mb4", "init_command": f"SET {', '.join(words)}"}
        return {**self.settings, "OPTIONS": options}

    def refuse_writes(self) -> None:
        self.execute("SET GLOBAL read_only = 1")

    def take_writes(self) -> None:
        self.execute("SET GLOBAL read_only = 0")

    @contextmanager
    def table_locked(self) -> Iterator[None]:
        with closing(self.connect()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(f"LOCK TABLES {TABLE} WRITE")
            yield
            cursor.execute("UNLOCK TABLES")

    def refusals(self) -> int:
        ((_, count),) = self.execute("SHOW GLOBAL STATUS LIKE 'Com_update'")
        return int(count)

    def _answers(self) -> bool:
        with suppress(MySQLdb.OperationalError):
            self.connect("mysql").close()
            return True
        return False


@contextmanager
def serve_postgresql() -> Iterator[PostgreSQL]:
    """Run a PostgreSQL with an empty database until the block is left."""
    with server_directory("postgresql") as directory:
        server = PostgreSQL(directory)
        server.start()
        try:
            server.execute(f"CREATE DATABASE {NAME}", name="postgres")
            yield server
        finally:
            server.stop()


@contextmanager
def serve_mariadb() -> Iterator[MariaDB]:
    """Run a MariaDB with an empty database until the block is left."""
    with server_directory("mariadb") as directory:
        server = MariaDB(directory)
        server.start()
        try:
            server.execute(
                f"CREATE DATABASE {NAME}",
                f"CREATE USER {NAME}@'127.0.0.1'",
                f"GRANT ALL ON {NAME}.* TO {NAME}@'127.0.0.1'",
                name="mysql",
            )
            yield server
        finally:
            server.stop()
