"""Pictures from outside, made here byte by byte and taken in."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from channels.images import LONGEST_SIDE, MAX_BYTES, BadPicture, reencode

JAKARTA = {1: "S", 2: (6.0, 12.0, 30.0), 3: "E", 4: (106.0, 49.0, 12.0)}
SECRET = b"Jalan Rahasia 17"


def photo(width: int = 64, height: int = 48, mode: str = "RGB") -> Image.Image:
    """Many colours, as in a photo: the left half is red, the right is blue."""
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    picture.paste("red", (0, 0, width // 2, height // 2))
    picture.paste("blue", (width // 2, 0, width, height // 2))
    return picture.convert(mode)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def refusal(data: bytes) -> str:
    with pytest.raises(BadPicture) as refused:
        reencode(data)
    return refused.value.reason


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and whose pixels are a few bytes of nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_usual_kinds_are_taken(kind: str) -> None:
    picture = reencode(saved(photo(), kind))
    again = opened(picture.data)
    assert (picture.width, picture.height) == again.size == (64, 48)
    assert picture.media_type == f"image/{(again.format or '').lower()}"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_colour_is_taken(mode: str) -> None:
    source = photo(mode="L") if mode == "I;16" else photo()
    assert reencode(saved(source.convert(mode), "PNG")).width == 64


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    picture = reencode(saved(Image.new("I;16", (8, 8), 128 * 256), "PNG"))
    assert opened(picture.data).convert("RGB").getpixel((4, 4)) == (128, 128, 128)


def test_ink_of_a_printer_is_taken() -> None:
    assert opened(reencode(saved(photo(mode="CMYK"), "JPEG")).data).mode == "RGB"


def test_the_place_where_a_photo_was_taken_is_gone() -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825).update(JAKARTA)
    source = saved(photo(), "JPEG", exif=exif, comment=SECRET)
    assert opened(source).getexif().get_ifd(0x8825)[1] == "S"
    assert SECRET in source
    picture = reencode(source)
    assert not dict(opened(picture.data).getexif())
    assert SECRET not in picture.data
    assert b"Exif" not in picture.data


def test_words_hidden_in_a_screenshot_are_gone() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SECRET.decode())
    few = Image.new("RGB", (64, 48), "white")
    source = saved(few, "PNG", pnginfo=notes, icc_profile=SECRET, dpi=(72, 72))
    picture = reencode(source)
    assert SECRET in source
    assert picture.media_type == "image/png"
    assert set(opened(picture.data).info) == set()


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "RGBA"), ("WEBP", "RGB")],
)
def test_a_photo_taken_sideways_stands_upright(kind: str, mode: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: show it a quarter to the right
    picture = reencode(saved(photo(mode=mode), kind, exif=exif, quality=95))
    assert (picture.width, picture.height) == (48, 64)
    assert not dict(opened(picture.data).getexif())
    if mode == "L":
        return
    right_upper = opened(picture.data).convert("RGB").getpixel((40, 8))
    assert isinstance(right_upper, tuple)
    assert right_upper[0] > 200  # red: the left upper corner came here
    assert right_upper[2] < 60


@pytest.mark.parametrize(
    ("size", "kept"), [((4000, 3000), (2000, 1500)), ((300, 4000), (150, 2000)), ((9, 9), (9, 9))]
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_longest_side_is_limited(
    kind: str, size: tuple[int, int], kept: tuple[int, int]
) -> None:
    picture = reencode(saved(Image.new("RGB", size, "teal"), kind))
    assert (picture.width, picture.height) == kept
    assert max(kept) <= LONGEST_SIDE


def test_a_photo_becomes_jpeg_and_a_drawing_stays_png() -> None:
    assert reencode(saved(photo(400, 300), "PNG")).media_type == "image/jpeg"
    text = Image.new("RGB", (400, 300), "white")
    text.paste("black", (20, 20, 40, 21))
    assert reencode(saved(text, "PNG")).media_type == "image/png"


def test_transparency_stays_unless_it_costs_too_much() -> None:
    clear = photo(mode="RGBA")
    clear.putalpha(100)
    small = opened(reencode(saved(clear, "PNG")).data)
    assert small.mode == "RGBA"
    assert small.getchannel("A").getextrema() == (100, 100)
    large = photo(1400, 1400, "RGBA")
    large.putalpha(Image.effect_noise((1400, 1400), 90))
    assert reencode(saved(large, "PNG")).media_type == "image/jpeg"


def test_alpha_that_hides_nothing_is_no_transparency() -> None:
    assert reencode(saved(photo(400, 300, "RGBA"), "PNG")).media_type == "image/jpeg"


def test_of_a_film_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    film = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    again = opened(reencode(film).data).convert("RGB")
    assert getattr(again, "n_frames", 1) == 1
    assert again.getpixel((10, 10)) == (255, 0, 0)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(6400, 6400), (12_000, 12_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_decoded(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("decoded")

    bomb = png_header(*size)
    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", never)
    assert refusal(bomb) == "too_many_pixels"


def test_what_is_too_large_is_not_even_looked_at() -> None:
    assert refusal(saved(photo(), "PNG") + b"\0" * MAX_BYTES) == "too_large"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG",
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7 ...",
        b"RIFF\x24\0\0\0WAVEfmt ",
        saved(photo(), "BMP"),
        saved(photo(), "TIFF"),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    ],
)
def test_what_is_no_picture_of_ours_is_refused(data: bytes) -> None:
    assert refusal(data) == "not_an_image"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_half_a_picture_is_broken(kind: str) -> None:
    whole = saved(photo(200, 200), kind)
    assert refusal(whole[: len(whole) // 2]) == "broken"
    assert refusal(whole[:14]) == "broken"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_second_file_behind_the_picture_is_dropped(kind: str) -> None:
    tail = b"PK\x03\x04 <script>alert(1)</script>"
    picture = reencode(saved(photo(), kind) + tail)
    assert tail not in picture.data
    assert b"script" not in picture.data


def test_a_page_within_a_picture_is_dropped() -> None:
    source = saved(photo(), "JPEG", comment=b"<html><script>alert(1)</script>")
    assert b"<script>" in source
    assert b"<script>" not in reencode(source).data


@pytest.mark.parametrize("make", [lambda d: d, lambda d: d[::-1]])
@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]), at=st.integers(0, 5000), put=st.binary()
)
def test_a_damaged_picture_is_taken_or_refused(
    make: Callable[[bytes], bytes], kind: str, at: int, put: bytes
) -> None:
    whole = saved(photo(), kind)
    at %= len(whole)
    reason, picture = "", None
    try:
        picture = reencode(make(whole[:at] + put + whole[at + len(put) :]))
    except BadPicture as refused:
        reason = refused.reason
    assert reason in {"", "broken", "not_an_image", "too_many_pixels"}
    assert picture is None or opened(picture.data).size == (picture.width, picture.height)
