"""Running networks: backends, tiles, passes, and the upscaler that combines them."""
