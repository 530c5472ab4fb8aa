"""Loaded once by the server from which the processes that read tables are forked.

What is looked up here, formats of dates and lists of names, each of them would need a second for.
"""

import pandas as pd

from synth_handson.pii.detect import find_spans
from synth_handson.tables.dates import date_format
from synth_service import reading as reading

date_format(["0"])
find_spans(pd.DataFrame({"name": ["Anna Maria", "12345"]}))
