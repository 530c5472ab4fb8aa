"""What always holds between columns of a table: how it is written, whether it holds, how it is found."""
