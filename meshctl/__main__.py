"""Run meshctl as ``python -m meshctl``."""

from meshctl.cli.start import main

if __name__ == "__main__":
    main()
