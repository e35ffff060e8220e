"""Files of each kind that carry a proof."""

import io

import matplotlib
import numpy as np
import xarray as xr

from vestige.provenance import results

matplotlib.use("Agg")
BEHIND = {"code": {}, "texts": {}, "results": {}}
STAMP = {"result": "results/toy/x", "text": '{"labels":{"b":"</script> é"}}', "code": {}, "inputs": {}, "beside": {}}
STAMP |= {"behind": BEHIND}
PAGE = "<html><body><p>A page</p></body></html>\n"


def dataset() -> xr.Dataset:
    """Numbers and texts with names and units."""
    return xr.Dataset(
        {"share": ("unit", np.array([0.5, np.nan, 0.25]), {"units": "1"}), "count": ((), 3)},
        coords={"unit": ("unit", np.arange(3)), "name": ("unit", ["a", "b", "c"])},
    )


def picture() -> bytes:
    """A PNG."""
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (4, 3), "teal").save(file, "png")
    return file.getvalue()


WRITE = {
    "arrays.nc": lambda path: results.write_dataset(path, dataset(), STAMP),
    "picture.png": lambda path: results.write_picture(path, picture(), STAMP),
    "page.html": lambda path: results.write_page(path, PAGE, STAMP),
}
