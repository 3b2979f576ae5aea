"""Run networks: backends behind one protocol, tiles, passes, and the upscaler that combines them."""
