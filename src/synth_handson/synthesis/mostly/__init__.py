"""The MOSTLY AI engine: on this machine, in a process of its own, or on a server."""
