"""Numbers from arrays: distances, shares, counts, scores and intervals, independent of columns' meaning."""
