"""What the paper compares with, behind the interface of a network (`srcnn.engine.network`)."""
