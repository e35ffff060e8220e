"""Images: one file a source, arrays, augmentation, and the loader that cuts them into batches."""
