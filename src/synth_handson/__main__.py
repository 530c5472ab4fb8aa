"""Housekeeping: ``python -m synth_handson clear-store``, ``python -m synth_handson rebuild-pretrained``."""

import argparse

from synth_handson.synthesis import pretrained, store


def main() -> None:
    """Run one of the two commands."""
    parser = argparse.ArgumentParser(prog="python -m synth_handson", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("clear-store", help="remove every trained generator kept on this machine")
    commands.add_parser(
        "rebuild-pretrained", help="train the generator and the synthetic table in data/ anew"
    )
    if parser.parse_args().command == "clear-store":
        print(f"{store.clear()} generators removed")
    else:
        print(pretrained.rebuild())


if __name__ == "__main__":
    main()
