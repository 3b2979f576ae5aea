"""What several tests build, run or measure with."""
