"""Running networks: backends behind one protocol, tiles, and the upscaler that knows an image's road."""
