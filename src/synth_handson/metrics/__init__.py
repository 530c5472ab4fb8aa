"""Numbers from arrays: distances, shares, counts, scores and intervals, whatever the columns mean."""
