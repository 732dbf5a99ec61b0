"""Makes .venv with the packages of one requirements file, once per change of that file.

Has to be readable by a Python that is too old, in order to say so; imports only the standard library.
"""

import fcntl
import importlib.util
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
# Each holds all of those before it.
LAYERS = ("requirements-local.txt", "requirements-dev.txt", "requirements-bench.txt")


def main(requirements: str) -> None:
    check_interpreter()
    os.makedirs(os.path.join(ROOT, "var"), exist_ok=True)
    with open(os.path.join(ROOT, "var", "environment.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(requirements):
            make_environment()
            install(requirements)


def check_interpreter() -> None:
    if sys.version_info < OLDEST:
        sys.exit(
            "Python %d.%d or newer is needed; this is %s. Choose another with PYTHON=python3.12."
            % (OLDEST + (sys.version.split()[0],))
        )
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            sys.exit(
                "Python's module %s is missing: on Debian or Ubuntu, apt-get install python3-venv." % module
            )


def is_current(requirements: str) -> bool:
    """Tell whether this file, or the one that holds all of it, is installed as it is now."""
    layers = LAYERS[LAYERS.index(requirements) :]
    return os.path.exists(PYTHON) and any(read(stamp(layer)) == read(source(layer)) for layer in layers)


def make_environment() -> None:
    if (
        subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL)
        if os.path.exists(PYTHON)
        else 1
    ):
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", VENV])


def install(requirements: str) -> None:
    print("Installing %s; this is done once." % requirements, flush=True)
    options = ["--require-hashes", "--disable-pip-version-check", "--no-input", "--quiet"]
    code = subprocess.call([PYTHON, "-m", "pip", "install"] + options + ["-r", source(requirements)])
    if code != 0:
        sys.exit("The packages of %s could not be installed; the lines above say why." % requirements)
    with open(stamp(requirements), "wb") as copy:
        copy.write(read(source(requirements)))


def source(requirements: str) -> str:
    return os.path.join(ROOT, requirements)


def stamp(requirements: str) -> str:
    return os.path.join(VENV, "installed-" + requirements)


def read(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return b""


if __name__ == "__main__":
    main(sys.argv[1])
