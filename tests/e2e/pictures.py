"""Files as people send them, and as attackers do; made here, byte by byte."""
import struct
import zlib


def png(width=64, height=48, colour=(180, 60, 40), text=b"damage"):
    """A true-colour PNG with a gradient, so that no two are alike."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + b"".join(bytes(((colour[0] + x) % 256, (colour[1] + y) % 256, colour[2]))
                                     for x in range(width)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"tEXt", b"Comment\0" + text) + chunk(b"IDAT", zlib.compress(rows, 9))
            + chunk(b"IEND", b""))


# ITU-T T.81 Annex K.3: the usual Huffman tables for luminance.
_DC_BITS = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
_DC_VALUES = bytes(range(12))


def _huffman(bits, values):
    codes, code, k = {}, 0, 0
    for length, n in enumerate(bits, 1):
        for _ in range(n):
            codes[values[k]] = (code, length)
            code, k = code + 1, k + 1
        code <<= 1
    return codes


def jpeg(blocks_wide=8, blocks_high=6, seed=7, comment=b"musubi"):
    """A baseline grey JPEG: every 8x8 block has one level of grey."""
    def segment(marker, data):
        return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data
    ac_bits, ac_values = bytes([0, 1] + [0] * 14), b"\0"   # only "end of block"
    dc, ac = _huffman(_DC_BITS, _DC_VALUES), _huffman(ac_bits, ac_values)
    bits, last = "", 0
    for i in range(blocks_wide * blocks_high):
        level = (i * seed) % 40 - 20
        diff, last = level - last, level
        size = abs(diff).bit_length()
        code, length = dc[size]
        bits += format(code, f"0{length}b")
        if size:
            bits += format(diff if diff > 0 else diff + (1 << size) - 1, f"0{size}b")
        code, length = ac[0]
        bits += format(code, f"0{length}b")
    bits += "1" * (-len(bits) % 8)
    scan = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    frame = struct.pack(">BHHBBBB", 8, blocks_high * 8, blocks_wide * 8, 1, 1, 0x11, 0)
    return (b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0") + segment(0xFE, comment)
            + segment(0xDB, b"\0" + b"\x10" * 64) + segment(0xC0, frame)
            + segment(0xC4, b"\0" + _DC_BITS + _DC_VALUES) + segment(0xC4, b"\x10" + ac_bits + ac_values)
            + segment(0xDA, b"\x01\x01\0\0\x3f\0") + scan + b"\xff\xd9")


EXE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 240 + b"PE\0\0d\x86"
HTML = b"<!DOCTYPE html><script>alert(document.cookie)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
