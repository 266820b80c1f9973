"""The smallest tile archive (PMTiles 3): one coloured picture for the whole world."""

from __future__ import annotations

from io import BytesIO
from struct import pack

from PIL import Image

HEADER = 127
PNG, UNCOMPRESSED = 2, 1


def one_tile_archive(colour: tuple[int, int, int]) -> bytes:
    """Make an archive whose only tile, at zoom 0, has one colour."""
    picture = BytesIO()
    Image.new("RGB", (256, 256), colour).save(picture, "PNG")
    tile = picture.getvalue()
    # One entry: tile 0, run of 1, its length, its offset plus one.
    directory = b"".join(map(_varint, (1, 0, 1, len(tile), 1)))
    metadata = b"{}"
    offsets = (HEADER, HEADER + len(directory), HEADER + len(directory) + len(metadata))
    numbers = (
        *(offsets[0], len(directory), offsets[1], len(metadata)),
        *(0, 0, offsets[2], len(tile), 1, 1, 1),
    )
    header = b"PMTiles" + pack("<B", 3) + pack("<11Q", *numbers)
    header += pack("<6B", 1, UNCOMPRESSED, UNCOMPRESSED, PNG, 0, 0)
    header += pack("<4i", -1_800_000_000, -850_000_000, 1_800_000_000, 850_000_000)
    header += pack("<B2i", 0, 0, 0)
    return header + directory + metadata + tile


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])
