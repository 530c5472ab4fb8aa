"""Rules kept by construction: tables are learned in a form whose rows cannot break them."""
