"""Random changes to training images: draw the parameters of a batch, apply them."""
