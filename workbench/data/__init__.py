"""Sources, decoded-image cache, batches, augmentation on tensors."""
