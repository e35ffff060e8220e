"""A set of photographs as the stage of images describes it."""

from types import SimpleNamespace

from vestige.data import imagenet
from vestige.data.shards.description import images

CROP, RESIZE = 12, 16


def settings(root="set", **changed):
    """The section `images` of a study."""
    said = {"source": "imagenet", "root": str(root), "crop": CROP, "resize": RESIZE, "resize_with": "pillow"} | changed
    return imagenet.Settings(**said)


def describe(root="set", **changed):
    """The result of the stage, and the lines of its log."""
    notes = []
    return images(SimpleNamespace(images=settings(root, **changed)), notes.append), notes
