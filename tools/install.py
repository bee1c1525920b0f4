"""Makes this folder ready to run: virtual environment, front-end files, message catalogues. Stands on Python alone.

`python3 tools/install.py run` installs what the product needs, `… test` also what the checks need. A step whose
input did not change since it last succeeded is skipped. Everything goes into var/, node_modules/ and static/vendor/.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

BASE = Path(__file__).resolve().parent.parent
VAR = BASE / "var"
VENV = VAR / "venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "run": ["requirements.txt", "requirements-embedded.txt"],
    "test": ["requirements.txt", "requirements-embedded.txt", "requirements-dev.txt"],
}
LEAST_FREE_MB = 1_000


def stop(sentence: str) -> None:
    sys.exit(f"initiate: {sentence}")


def step(name: str, files: Iterable[Path], *made: Path) -> bool:
    """Whether step `name` has to be done: its files changed, or what it made is gone."""
    return (
        stamp(name).read_text() != fingerprint(files)
        if stamp(name).exists() and all(p.exists() for p in made)
        else True
    )


def done(name: str, files: Iterable[Path]) -> None:
    stamp(name).write_text(fingerprint(files))


def stamp(name: str) -> Path:
    return VAR / f"{name}.installed"


def fingerprint(files: Iterable[Path]) -> str:
    seen = hashlib.sha256(sys.version.encode())
    for path in sorted(files):
        seen.update(str(path.relative_to(BASE)).encode() + path.read_bytes())
    return seen.hexdigest()


def command(what: str, *parts: str | Path, **env: str) -> None:
    print(f"setup   | {what}", flush=True)
    done = subprocess.run([str(part) for part in parts], cwd=BASE, env=os.environ | env, check=False)
    if done.returncode:
        stop(f"{what} failed; the lines above say why.")


def check_machine() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this file meets the Python that the machine has
        stop(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}. Another one: make PYTHON=python3.11 …")
    try:
        VAR.mkdir(exist_ok=True)
    except OSError as error:
        stop(f"the folder {VAR} cannot be made: {error.strerror}.")
    if not os.access(VAR, os.W_OK):
        stop(f"the folder {VAR} belongs to someone else; use a clone of your own.")
    free = shutil.disk_usage(VAR).free // 1_000_000
    if not PYTHON.exists() and free < LEAST_FREE_MB:
        stop(f"the disk that holds {VAR} is full: {free} MB free, {LEAST_FREE_MB} MB needed.")


def install_python(kind: str) -> None:
    files = [BASE / name for name in LOCKS[kind]]
    # What the checks need includes what the product needs.
    if not step("python-test", [BASE / name for name in LOCKS["test"]], PYTHON) or not step(
        f"python-{kind}", files, PYTHON
    ):
        return
    if not PYTHON.exists() or not runs(PYTHON):
        make_venv(VENV)
    locks = [part for path in files for part in ("-r", str(path))]
    command("installing Python packages", PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", *locks)
    done(f"python-{kind}", files)


def make_venv(folder: Path) -> None:
    print(f"setup   | making {folder.relative_to(BASE)}", flush=True)
    try:
        venv.create(folder, with_pip=True, clear=True, symlinks=True)
    except (subprocess.CalledProcessError, ImportError):
        stop("this Python has no pip to put into a virtual environment; on Debian: apt-get install python3-venv")


def runs(python: Path) -> bool:
    return subprocess.run([python, "-c", ""], check=False, stderr=subprocess.DEVNULL).returncode == 0


def install_node() -> str:
    """The folder that holds node and npm: the system's, or one from a wheel."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return os.environ["PATH"]
    folder = VAR / "node"
    lock = [BASE / "requirements-node.txt"]
    if step("node", lock, folder):
        make_venv(folder)
        command(
            "installing Node",
            folder / "bin" / "python",
            "-m",
            "pip",
            "install",
            "-q",
            "--require-hashes",
            "-r",
            lock[0],
        )
        done("node", lock)
    return f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"


def build_front_end() -> None:
    lock = [BASE / "package.json", BASE / "package-lock.json"]
    sources = [path for path in (BASE / "frontend").rglob("*") if path.is_file()]
    vendor = BASE / "static" / "vendor"
    if not step("front-end", [*lock, *sources], vendor):
        return
    path = install_node()
    if step("npm", lock, BASE / "node_modules"):
        command(
            "installing front-end packages",
            "npm",
            "ci",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            PATH=path,
            npm_config_update_notifier="false",
        )
        done("npm", lock)
    command("building the front end", "npm", "run", "--silent", "build", PATH=path)
    done("front-end", [*lock, *sources])


def compile_messages() -> None:
    catalogues = list((BASE / "locale").rglob("*.po"))
    if catalogues and step("messages", catalogues, *(path.with_suffix(".mo") for path in catalogues)):
        command("compiling the catalogues", PYTHON, "tools/messages.py", "compile")
        done("messages", catalogues)


def main() -> None:
    kind = sys.argv[1] if sys.argv[1:] else "run"
    check_machine()
    install_python(kind)
    build_front_end()
    compile_messages()


if __name__ == "__main__":
    main()
