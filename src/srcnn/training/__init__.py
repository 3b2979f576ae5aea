"""Training's road: recipe -> loop -> state -> weights. Needs the extra ``train``."""
