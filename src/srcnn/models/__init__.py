"""Networks as torch modules; needs the extra ``train``."""
