"""``python -m synth_handson`` is the command line."""

from synth_handson.commands import main

if __name__ == "__main__":
    main()
