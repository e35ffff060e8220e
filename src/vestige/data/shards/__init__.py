"""Images as they lie on a disk, in four formats: listed as byte ranges, without unpacking or copying them."""
