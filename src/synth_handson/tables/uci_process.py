"""The child process that asks UCI for the table: ``python uci_process.py SECONDS``.

``ucimlrepo`` knows no time-out; a process can be killed, and set one for all its sockets. The table goes to
stdout as a pickle; a failure as JSON (the key of a message and its values), with exit status 1. Nothing of
this package is imported: that would take longer than the download.
"""

import http.client
import json
import os
import socket
import sys
import urllib.error

import pandas as pd


def fetch() -> pd.DataFrame:
    """Fetch features and target from UCI, or from the address in ``SYNTH_HANDSON_UCI_URL``, as one table."""
    import ucimlrepo.fetch

    ucimlrepo.fetch.API_BASE_URL = os.environ.get("SYNTH_HANDSON_UCI_URL") or ucimlrepo.fetch.API_BASE_URL
    data = ucimlrepo.fetch.fetch_ucirepo(id=222).data
    table: pd.DataFrame = data.features.join(data.targets)
    return table


def explain(error: BaseException, seconds: float) -> tuple[str, dict[str, object]]:
    """Find the message that says why UCI's answer is missing, and its values."""
    # ucimlrepo replaces every network error by one that says nothing; the true one is its context.
    if isinstance(error.__context__, OSError):
        error = error.__context__
    if isinstance(error, urllib.error.HTTPError):
        return "uci_http", {"status": error.code}
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return "uci_timeout", {"seconds": seconds}
    if isinstance(cause, http.client.IncompleteRead):
        return "uci_cut_off", {}
    if isinstance(error, OSError):
        return "uci_unreachable", {"reason": str(cause)[:200]}
    return "uci_garbled", {}


def main() -> None:
    """Write the table, or why there is none."""
    seconds = float(sys.argv[1])
    socket.setdefaulttimeout(seconds)
    try:
        table = fetch()
    except Exception as error:
        sys.stdout.write(json.dumps(explain(error, seconds)))
        sys.exit(1)
    table.to_pickle(sys.stdout.buffer)


if __name__ == "__main__":
    main()
