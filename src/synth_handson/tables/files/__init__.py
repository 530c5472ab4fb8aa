"""Tables in files: what each column of one was understood as, read and written back in the same form."""
