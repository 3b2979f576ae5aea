"""Images without torch: reading and writing files, color, resizing, cropping."""
