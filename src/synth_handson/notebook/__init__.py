"""Behind app.py: the page, what happens when a button is pressed, and the same without a browser."""
