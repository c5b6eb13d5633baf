"""Make the virtual environment, install what is pinned, then run a module in it.

    python3 infra/local/bootstrap.py local|test|bench|bench-gx -m MODULE [ARGUMENT...]

Runs on the machine's own Python with nothing installed, so it uses the standard library only and
keeps to syntax that older versions can read: they must get a sentence, not a syntax error.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
REQUIREMENTS = {
    "local": ["requirements.txt", "requirements/local.txt"],
    "test": ["requirements.txt", "requirements/local.txt", "requirements/test.txt"],
    "bench": ["requirements.txt", "requirements/bench.txt"],
    "bench-gx": ["requirements/bench-gx.txt"],
}
OWN_VENVS = {"bench": ".venv-bench", "bench-gx": ".venv-bench-gx"}
"""The peers of the race stay out of the environment that is tested, great_expectations out of theirs."""
OLDEST = (3, 11)


def stop(sentence):
    """End with one sentence for a person."""
    sys.stderr.write("\nfundgate: " + sentence + "\n")
    sys.exit(1)


def say(sentence):
    """One line on standard output, at once."""
    sys.stdout.write("fundgate: " + sentence + "\n")
    sys.stdout.flush()


def venv_python():
    folder = "Scripts" if os.name == "nt" else "bin"
    return os.path.join(VENV, folder, "python")


def fingerprint(profile):
    """Hash of everything that decides what must be installed."""
    digest = hashlib.sha256(sys.version.encode())
    for name in REQUIREMENTS[profile]:
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def stamp_path(profile):
    return os.path.join(VENV, ".installed-" + profile)


def is_ready(profile):
    """True when this profile was installed to the end, for these requirements and this Python.

    The test profile contains the local one, so either stamp will do for `local`.
    """
    for candidate in ("test", "local") if profile == "local" else (profile,):
        try:
            with open(stamp_path(candidate)) as file:
                if file.read() == fingerprint(candidate):
                    return os.path.exists(venv_python())
        except OSError:
            continue
    return False


def make_venv():
    """A working environment; one that was left half-made is made anew."""
    if os.path.exists(venv_python()):
        works = (
            subprocess.call(
                [venv_python(), "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            == 0
        )
        if works:
            return
    if os.path.isdir(VENV):
        shutil.rmtree(VENV)
    say("making the virtual environment (%s)" % os.path.basename(VENV))
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if made.returncode:
        stop(
            "the virtual environment could not be made. On Debian and Ubuntu the package python3-venv is "
            "needed. Python said: " + made.stdout.decode(errors="replace").strip().splitlines()[-1]
        )


def install(profile):
    say("installing the pinned requirements (a minute, once)")
    command = [venv_python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for name in REQUIREMENTS[profile]:
        command += ["-r", os.path.join(ROOT, name)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        errors = [line for line in lines if line.startswith("ERROR")] or lines[-1:]
        stop(
            "the requirements could not be installed; is the package index reachable? Try again, it goes on "
            "where it stopped. pip said: " + " ".join(errors[:2])
        )
    with open(stamp_path(profile), "w") as file:
        file.write(fingerprint(profile))


def main():
    global VENV
    if sys.version_info < OLDEST:
        stop(
            "Python 3.11 or newer is needed, this is %d.%d (%s). Name another one: make run PYTHON=python3.12"
            % (sys.version_info[0], sys.version_info[1], sys.executable)
        )
    if len(sys.argv) < 4 or sys.argv[1] not in REQUIREMENTS or sys.argv[2] != "-m":
        stop("usage: bootstrap.py local|test|bench|bench-gx -m MODULE [ARGUMENT...]")
    profile = sys.argv[1]
    VENV = os.path.join(ROOT, OWN_VENVS.get(profile, ".venv"))
    if not is_ready(profile):
        make_venv()
        install(profile)
    os.chdir(ROOT)
    # Some machines keep Python from storing what it compiled; each of the many processes would compile anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    arguments = [venv_python()] + sys.argv[2:]
    if os.name == "nt":
        sys.exit(subprocess.call(arguments))
    os.execv(venv_python(), arguments)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        stop("stopped before the set-up was complete; run the same command again to go on.")
