"""How participants write: spelling evened out, and a sentence as hashed words and letter runs.

Used by Rasa's components and by the app's fallback alike, so pure Python and numpy.
"""

import re
import zlib
from collections import Counter
from itertools import pairwise
from typing import Iterator, Tuple

import numpy as np
import numpy.typing as npt

VERSION = 1  # raise it with every change here: models trained before do not fit any more
BUCKETS = 2**15

_SPELLINGS = {
    "tidak": "gak ga nggak ngga enggak engga gk g tdk tak kagak kaga ndak nda gag ora mboten teu",
    "sudah": "udah udh sdh dah uda sudh sdah wis",
    "belum": "blm blom belom blum blon blu durung",
    "kenapa": "knp knpa napa mengapa kenape kok",
    "bagaimana": "gimana gmn gmna gmana bgmn gimane bgaimana piye kumaha gmnaa",
    "banget": "bgt bngt bgtt",
    "yang": "yg yng",
    "dengan": "dgn sama ama dg dengn",
    "dapat": "dpt dapet dpat",
    "saya": "sy aku gue gw gua ak aq q ane saia sya",
    "saja": "aja aj doang sj",
    "juga": "jg jga",
    "kalau": "kalo klo kl klu klau kalu",
    "karena": "krn karna krna soalnya",
    "untuk": "utk buat bwt untk",
    "bisa": "bs bsa iso",
    "apa": "ap paan opo",
    "atau": "ato atw",
    "masuk": "msk msuk mlebu login log-in",
    "daftar": "dftr dftar ndaftar registrasi",
    "akun": "account acc akunku akunnya",
    "nomor": "no nmr nomer nomr",
    "handphone": "hp hape henpon ponsel telepon telpon telp tlp",
    "kode": "kod code",
    "tolong": "tlg tlong plis please pls",
    "terima kasih": "makasih mksh makasi tq thx thanks trims trimakasih terimakasih thank",
    "mau": "mo pengen pgn pengin ingin",
    "sekarang": "skrg skrng skr",
    "sampai": "smp smpe sampe sampek nyampe",
    "terus": "trus trs",
    "tetapi": "tp tpi tapi",
    "dari": "dr dri",
    "di mana": "dimana dmn dmna mana",
    "berapa": "brp brapa brpa",
    "orang": "org",
    "dalam": "dlm",
    "bukan": "bkn",
    "lagi": "lg lgi",
    "hari": "hr hri",
    "uang": "duit dwit",
    "cair": "cairin dicairkan pencairan",
    "pelatihan": "pltihan kursus training course",
    "sertifikat": "sertif sertipikat certificate",
    "insentif": "intensif insetif insentip",
    "gelombang": "gel gelomban glombang wave",
    "rekening": "rek reknya norek",
    "foto": "poto photo",
    "verifikasi": "verif verifikas verivikasi verification",
    "password": "pass pw paswod pasword sandi",
    "email": "e-mail imel emel surel",
    "petugas": "admin cs operator agen",
    "gagal": "ggl gagall",
    "muncul": "nongol mncul",
    "error": "eror errorr",
    "kartu prakerja": "prakerja pra-kerja perakerja prkerja",
}
_WORDS = {short: long for long, shorts in _SPELLINGS.items() for short in shorts.split()}
_LEET = str.maketrans("013457", "oieast")
_PUNCTUATION = re.compile(r"[^\w\s-]+")
_RUN = re.compile(r"([^\W\d_])\1{2,}")  # tolooong
_TAIL = re.compile(r"([^\W\d_])\1+\b")  # bangett
_TWICE = re.compile(r"\b([^\W\d_]{3,})2(nya|an)?\b")  # masuk2
_LEET_WORD = re.compile(r"\b[a-z]+[013457][a-z]+\b|\b[013457][a-z]{3,}\b")


def normalise(text: str) -> str:
    """Return text in lower case with chat spellings written out, one space between words."""
    text = _PUNCTUATION.sub(" ", text.lower()).replace("_", " ")
    text = _LEET_WORD.sub(lambda match: match.group().translate(_LEET), text)
    text = _TWICE.sub(r"\1", text)
    text = _TAIL.sub(r"\1", _RUN.sub(r"\1", text)).replace("pra kerja", "prakerja")
    return " ".join(_WORDS.get(word, word) for word in text.split())


def hashed(
    text: str, buckets: int = BUCKETS
) -> Tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return the features of text: sorted bucket numbers and their weights, of length one."""
    counts = Counter(zlib.crc32(part.encode()) % buckets for part in _parts(normalise(text)))
    where = np.array(sorted(counts), dtype=np.int64)
    weights = np.sqrt(np.array([counts[bucket] for bucket in where], dtype=np.float32))
    length = float(np.linalg.norm(weights)) or 1.0
    return where, (weights / length).astype(np.float32)


def _parts(text: str) -> Iterator[str]:
    words = text.split()
    yield from (f"w:{word}" for word in words)
    yield from (f"p:{first} {second}" for first, second in pairwise(words))
    for word in words:
        framed = f"<{word}>"
        for size in (3, 4, 5):
            starts = range(len(framed) - size + 1)
            yield from (f"c:{framed[start : start + size]}" for start in starts)
