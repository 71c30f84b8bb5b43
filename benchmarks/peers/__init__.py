"""Other ways of training the same networks on the same images."""
