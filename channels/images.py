"""Pictures from outside, drawn anew: what leaves here holds pixels and nothing else.

A screenshot may carry the place where it was taken, a second file behind its end, or a
size that fills the memory. So it is measured before it is decoded, and encoded again."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 40_000_000  # a phone's camera has 12 to 50 million; in memory this is 120 MB
LONGEST_SIDE = 2000  # a phone's whole screen stays readable
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_FLATTEN_ABOVE = 3 * 1024 * 1024  # a photo with transparency is not worth more than this


class BadPicture(ValueError):
    """A picture that we don't take."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        """too_large, not_an_image, broken or too_many_pixels."""


@dataclass(frozen=True)
class Picture:
    """A picture as we keep it."""

    data: bytes
    media_type: str
    """"image/jpeg" or "image/png"."""
    width: int
    height: int


def reencode(data: bytes) -> Picture:
    """Draw a PNG, JPEG, WebP or GIF (its first frame) anew. Raises BadPicture."""
    if len(data) > MAX_BYTES:
        raise BadPicture("too_large")
    if not _begins_like_a_picture(data):
        raise BadPicture("not_an_image")
    try:
        return _encoded(_drawn(data))
    except BadPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadPicture("too_many_pixels") from error
    except Exception as error:  # hostile files make the decoders raise nearly anything
        raise BadPicture("broken") from error


def _begins_like_a_picture(data: bytes) -> bool:
    """By the first bytes: names and declared types of uploads say nothing."""
    return data.startswith(_BEGINNINGS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def _drawn(data: bytes) -> Image.Image:
    """The picture upright, in RGB or RGBA, small enough, with nothing attached."""
    with Image.open(BytesIO(data), formats=_FORMATS) as source:
        if source.width * source.height > MAX_PIXELS:  # known from the header, nothing decoded yet
            raise BadPicture("too_many_pixels")
        source.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG only: decodes large ones smaller
        picture = _in_plain_colours(source)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        picture.load()  # small ones are not read by thumbnail()
    picture = ImageOps.exif_transpose(picture)
    picture.info = {}  # comments and colour profiles would be written again
    return picture


def _in_plain_colours(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of grey
        return picture.point(lambda value: value * (1 / 256)).convert("RGB")
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    clear = picture.convert("RGBA")
    lowest = clear.getchannel("A").getextrema()[0]
    return clear if lowest != 255 else clear.convert("RGB")


def _encoded(picture: Image.Image) -> Picture:
    """As JPEG; as PNG where that keeps transparency, or where few colours make it smaller."""
    jpeg = _saved(_on_white(picture), "JPEG")
    if picture.mode != "RGBA" and not picture.getcolors(256):
        return Picture(jpeg, "image/jpeg", *picture.size)
    png = _saved(picture, "PNG")
    limit = _FLATTEN_ABOVE if picture.mode == "RGBA" else len(jpeg)
    if len(png) <= limit:
        return Picture(png, "image/png", *picture.size)
    return Picture(jpeg, "image/jpeg", *picture.size)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind, quality=85, optimize=picture.mode != "RGBA")
    return out.getvalue()
