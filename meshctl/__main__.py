"""Run meshctl as ``python -m meshctl``."""

from meshctl.cli.app import main

if __name__ == "__main__":
    main()
