"""What is counted on all rows: on the disk, or on a cluster."""
