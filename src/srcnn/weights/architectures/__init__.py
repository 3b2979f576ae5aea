"""The families of networks without torch: their tensors, shapes and graphs."""
