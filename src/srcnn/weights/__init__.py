"""The shipped ONNX files, their cards, the store, foreign formats; named tensors, no networks."""
