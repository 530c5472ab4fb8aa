"""The interface over HTTP: what a request passes, what it may ask for, and what it is answered."""
