"""Rules kept by construction: tables are learned in a form from which no row is drawn that breaks them."""
