"""Weights without networks: shipped ONNX files, their cards, the store, and foreign formats."""
