"""Small files of each kind that a study makes, for tests of what compares them."""

import json

import netCDF4
import numpy as np
from PIL import Image, PngImagePlugin

VALUES = np.array([[0.5, np.nan, -0.0], [1.0, 2.0, 3.0]])
WEIGHTS = np.array([1.0, 2.0], np.float32)
PROOF = {"code": {"stages/a.py": "0123"}}
PAGE = "<html><head><style>p {{}}</style></head><body><p>{text}</p><svg><path d='{d}'/></svg><script>1</script></body>"


def write_nc(
    path, values=VALUES, name="selectivity", says="the index", epochs=(0, 5), along="epoch", units="1",
    condition="plain", **more,
):  # fmt: skip
    """A small result: a variable over epoch and unit, labels, a verdict, a hash and a proof."""
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension(along, values.shape[0])
        file.createDimension("unit", values.shape[1])
        for key, dimension, held in ((along, along, epochs), ("module", "unit", range(values.shape[1]))):
            file.createVariable(key, "i8", (dimension,))[:] = np.array(held)
        variable = file.createVariable(name, values.dtype, (along, "unit"))
        variable[:] = values
        variable.setncatts({"long_name": says, "coordinates": "module", "units": units})
        words = {"verdict": "yes", "checkpoint": "12", "images_sha256": "34", "sentence": "a", "layers": "conv"}
        for key, word in (words | more).items():
            file.createVariable(key, str, (along,))[:] = np.array([word] * values.shape[0], dtype=object)
        file.createVariable("condition", str, ())[...] = condition
        file.setncattr("proof", json.dumps(PROOF | {"at": str(path)}))


def write_tensors(path, **tensors):
    """A checkpoint of some arrays."""
    from safetensors.numpy import save_file

    save_file(tensors or {"conv1.weight": WEIGHTS}, path)


def write_png(path, pixel=7, caption="A caption", size=(4, 3)):
    """A picture with one pixel, a caption and a proof."""
    picture = Image.new("RGB", size)
    picture.putpixel((2, 1), (pixel, 0, 0))
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Description", caption)
    texts.add_text("proof", str(path))
    picture.save(path, pnginfo=texts)


def write_pdf(path, height=1.0, caption="A caption"):
    """A line as matplotlib draws it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, height, 0.5])
    figure.savefig(path, format="pdf", metadata={"CreationDate": None, "Subject": caption})


def write_csv(path, header="epoch,mean,label", row="1,0.25,plain"):
    """A table of a figure."""
    path.write_text(f"{header}\n0,0.5,plain\n{row}\n")


def write_json(path, **changed):
    """Claims with a verdict each."""
    claim = {"verdict": "reproduced", "statistic": 0.5, "low": None, "says": "more"} | changed
    path.write_text(json.dumps({"verdicts": {"reproduced": 1}, "claims": {"rises": claim}}))


def write_html(path, text="Three networks", d="M0 1"):
    """A report."""
    path.write_text(PAGE.format(text=text, d=d) + f"<!-- {path} -->")


WRITE = {
    "selectivity/a.nc": write_nc,
    "checkpoints/a/epoch-000.safetensors": write_tensors,
    "figures/a.png": write_png,
    "figures/a.pdf": write_pdf,
    "figures/a.csv": write_csv,
    "claims.json": write_json,
    "report.html": write_html,
    "other.txt": lambda path, text="a": path.write_text(text),
}
NEAR = np.where(VALUES == 1.0, np.nextafter(1.0, 2), VALUES)
NO_MINUS = np.abs(VALUES)
OTHER_NAN = VALUES.copy()
OTHER_NAN.view(np.uint64)[0, 1] ^= 1
