"""Networks as torch modules. Needs the extra ``train``."""
