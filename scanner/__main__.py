"""`python -m scanner` is `noticescan`; so is the console script, which begins here too."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Loads the program and runs it. Ctrl-C while it loads ends it as it does later, without a traceback."""
    try:
        from .cli import main as run
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
