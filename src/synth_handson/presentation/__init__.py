"""What a screen shows, in the reader's language: one file per step, as in `locales`."""
