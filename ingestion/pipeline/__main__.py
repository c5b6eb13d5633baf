"""`python -m ingestion.pipeline`: check files on the command line, without portal or cloud."""

import sys

from ingestion.pipeline.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
