"""python -m infra.local run | reset | lint | bench-e2e | bench-pages | bench-share
python -m infra.local test [PYTEST ARGUMENT...]
python -m infra.local on-postgres PYTHON ARGUMENT..."""

import sys

from infra.local.home import Home, SetupError


def main(arguments: list[str]) -> int:
    """Run one command; a SetupError becomes one sentence, never a trace."""
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if command in ("run", "reset"):
            from infra.local import run

            getattr(run, command)(Home.from_environment())
        elif command in ("lint", "test"):
            from infra.local import checks

            checks.lint() if command == "lint" else checks.test(rest)
        elif command == "on-postgres":
            from infra.local import postgres

            return postgres.run(rest)
        elif command == "bench-e2e":
            from tests.bench import end_to_end

            end_to_end.main()
        elif command == "bench-pages":
            from tests.bench import pages

            pages.main()
        elif command == "bench-share":
            from tests.bench import sharing

            sharing.main()
        else:
            print((__doc__ or "").strip(), file=sys.stderr)
            return 2
    except SetupError as error:
        print(f"\nfundgate: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
