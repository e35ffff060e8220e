"""Draws the images whose decoded pixels tell one JPEG decoder from another: src/vestige/data/probe_images/*.jpg."""

from pathlib import Path

import numpy as np
from PIL import Image

FOLDER = Path(__file__).resolve().parents[1] / "src/vestige/data/probe_images"
# By name: mode, width, height, quality, Pillow's chroma subsampling (0 is 4:4:4, 2 is 4:2:0), progressive or not.
IMAGES = {
    "grey": ("L", 41, 37, 90, None, False),
    "colour_444": ("RGB", 40, 36, 92, 0, False),
    "colour_420": ("RGB", 64, 48, 85, 2, False),
    "colour_420_odd": ("RGB", 47, 61, 75, 2, False),
    "progressive": ("RGB", 53, 39, 80, 2, True),
    "cmyk": ("CMYK", 38, 44, 90, None, False),
}


def draw(width: int, height: int, channels: int) -> np.ndarray:
    """Waves, edges and a little noise (height, width, channels): what decoders round differently."""
    rows, columns = np.mgrid[:height, :width]
    waves = [np.sin(columns / (3 + each)) + np.cos(rows / (4 + each)) for each in range(channels)]
    noise = np.random.default_rng(0).normal(0, 12, (height, width, channels))
    edges = 70 * ((columns // 7 + rows // 5) % 2)[..., None]
    return np.clip(90 + 45 * np.stack(waves, axis=2) + edges + noise, 0, 255).astype(np.uint8)


def main() -> None:
    """Write all images."""
    FOLDER.mkdir(exist_ok=True)
    for name, (mode, width, height, quality, subsampling, progressive) in IMAGES.items():
        pixels = draw(width, height, len(Image.new(mode, (1, 1)).getbands()))
        image = Image.fromarray(pixels.squeeze(), mode=mode) if mode == "CMYK" else Image.fromarray(pixels.squeeze())
        more = {} if subsampling is None else {"subsampling": subsampling}
        image.save(FOLDER / f"{name}.jpg", quality=quality, progressive=progressive, **more)


if __name__ == "__main__":
    main()
