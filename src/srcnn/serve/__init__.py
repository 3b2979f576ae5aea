"""The service: raw bytes of a picture in, the larger picture out, over HTTP."""
