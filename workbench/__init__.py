"""A terminal workbench for PyTorch image classification experiments."""
