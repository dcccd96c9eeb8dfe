"""Photos of the sample: drawings that say what they are."""

import io
import math

from PIL import Image, ImageDraw

# Sample photos: lines drawn by code, so that no picture of anybody is needed.
SIZE = (800, 600)
PAPER, LINE, CLAY = (241, 239, 231), (121, 117, 102), (156, 67, 29)
LINES = 8


def sample_photo(number: int) -> bytes:
    """Draws a JPEG that says what it is; each number has its own lines."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    for line in range(LINES):
        phase, height = number + line / 3, 90 + 60 * line
        points = [(x, height + 22 * math.sin(x / 110 + phase)) for x in range(0, SIZE[0] + 10, 10)]
        draw.line(points, fill=CLAY if line == number % LINES else LINE, width=4)
    draw.text((24, 20), f"Sample photo {number}", fill=LINE, font_size=28)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()
