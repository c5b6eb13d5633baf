"""What an institution keeps, for how long, and how it takes all of it away or leaves."""
