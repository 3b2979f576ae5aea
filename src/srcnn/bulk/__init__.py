"""Many pictures, from and to folders and object stores, on one machine or on a Ray cluster."""
