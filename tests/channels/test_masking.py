"""What is masked and what may be read, told by a table, by planted secrets and by properties."""

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from channels.masking import context, mask, numbers, passwords, shapes, words

PLANTED = [
    line.split("\t")
    for line in (Path(__file__).parent / "planted_secrets.tsv").read_text().splitlines()[1:]
]
KINDS = {"otp": "otp", "pin": "pin", "password": "sandi"}
FRAGMENTS = [
    "otp",
    "otpnya",
    "kode",
    "pin",
    "pinnya",
    "password",
    "sandi",
    "pw",
    "nik",
    "kk",
    "kartu",
    "atm",
    "rekening",
    "bca",
    "gopay",
    "dana",
    "hp",
    "wa",
    "saya",
    "itu",
    "adalah",
    "lupa",
    "salah",
    "gak",
    "masuk",
    "gelombang",
    "tahun",
    "tanggal",
    "jam",
    "Rp",
    "insentif",
    "orang",
    "digit",
    "min",
    "satu",
    "dua",
    "nol",
    "kosong",
    "tiga",
    "OO",
    "l0",
    "Garuda#45",
    "merdeka",
    "budi@gmail.com",
    "https://prakerja.go.id/1234",
    "3174052105900001",
    "081234567890",
    "1234567890",
    "482913",
    "4829",
    "13",
    "71",
    "2023",
    "12/05/2023",
    "08.30",
    "600.000",
    "7",
    "600rb",
    "0812-3456-7890",
    "SP-000123",
    "‹otp›",
    "‹sandi›",
    "‹nik›",
    "４８",
    "\u200b",
    ":",
    "=",
    "-",
    ".",
    ",",
    "/",
    "(",
    '"',
    "'",
]
SEPARATORS = " .-/_\n\t,:;*|·•–\u00a0\u200b\u2009"

SECRET = [  # what is written, what may be read; codes, passwords and PINs are never kept
    ("ini otp nya 482913", "ini otp nya ‹otp›"),
    ("482913", "‹otp›"),
    ("4829", "‹otp›"),
    ("482.913", "‹otp›"),
    ("masukin 48291㏠ ya", "masukin ‹otp› ya"),
    ("48 29 13 kak", "‹otp› kak"),
    ("kode verifikasi saya 1-2-3-4-5-6", "kode verifikasi saya ‹otp›"),
    ("otpnya 4829 13", "otpnya ‹otp›"),
    ("kode nya G-482913", "kode nya ‹otp›"),
    ("otpppp 482913", "otpppp ‹otp›"),
    ("o.t.p 482913", "o.t.p ‹otp›"),
    ("OTPnya: *482913*", "OTPnya: *‹otp›*"),
    ("otp 12.30", "otp ‹otp›"),
    ("otp 48\u200b29\u200b13", "otp ‹otp›"),
    ("otp 48\n29\n13", "otp ‹otp›"),
    ("4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣", "‹otp›"),
    ("٤٨٢٩١٣", "‹otp›"),
    ("kode empat delapan dua sembilan satu tiga", "kode ‹otp›"),
    ("otp four eight two nine one three", "otp ‹otp›"),
    ("otp saya A7X9K2 salah", "otp saya ‹otp› salah"),
    ("otp 482913 tidak masuk ke 081234567890", "otp ‹otp› tidak masuk ke 081234567890"),
    ("gelombang 71 otp 482913", "gelombang 71 otp ‹otp›"),
    ("482913 salah terus", "‹otp› salah terus"),
    ("saya kasih 482913 ke dia", "saya kasih ‹otp› ke dia"),
    ("OTP:482913.PIN:123456", "OTP:‹otp›.PIN:‹pin›"),
    ("otp=482913&pin=123456", "otp=‹otp›&pin=‹pin›"),
    ("081234567890 482913", "081234567890 ‹otp›"),
    ("PIN gopay 123456", "PIN gopay ‹pin›"),
    ("pin saya: 1 2 3 4 5 6", "pin saya: ‹pin›"),
    ("pin satudua tigaempat limaenam", "pin ‹pin›"),
    ("123456 pin saya", "‹pin› pin saya"),
    ("pin saya 12-05-1998", "pin saya ‹pin›"),
    ("cvv 123", "cvv ‹pin›"),
    ("passwordku Garuda#45", "passwordku ‹sandi›"),
    ("password: merdeka", "password: ‹sandi›"),
    ("password : 'merah putih'", "password : '‹sandi›'"),
    ("password: ayam goreng tolong bantu", "password: ‹sandi› tolong bantu"),
    ("passwordnya merdekaaaa", "passwordnya ‹sandi›"),
    ("password saya 12345678901234", "password saya ‹sandi›"),
    ("password Garuda# 45", "password ‹sandi›"),
    ("password 'kata 4829' 13", "password '‹sandi›"),
    ("pw=Garuda45,email=budi@gmail.com", "pw=‹sandi›,email=budi@gmail.com"),
    ("password budi: Garuda45", "password ‹sandi›: ‹sandi›"),
    ("pass nya kucing", "pass nya ‹sandi›"),
    ("pw=Garuda45, email=budi@gmail.com", "pw=‹sandi›, email=budi@gmail.com"),
    ("login pake password garuda", "login pake password ‹sandi›"),
    ("password saya 123456", "password saya ‹sandi›"),
    ("password saya 1234abcd", "password saya ‹sandi›"),
    ("password123", "‹sandi›"),
    ("Garuda#45 itu password saya", "‹sandi› itu password saya"),
    ("kata sandi saya adalah merdeka dan email x", "kata sandi saya adalah ‹sandi› dan email x"),
    ("kata kunci saya kucing99", "kata kunci saya ‹sandi›"),
    ("pw prakerja: Jakarta 2023", "pw prakerja: ‹sandi›"),
    ("budi@gmail.com:Garuda45 gak bisa", "budi@gmail.com:‹sandi› gak bisa"),
    ("password salah padahal Garuda#45 loh", "password salah padahal ‹sandi› loh"),
    ("ｐａｓｓｗｏｒｄ： Garuda45", "ｐａｓｓｗｏｒｄ： ‹sandi›"),
]
PERSONAL = [  # what is written, what may be read; as written only where it is encrypted
    ("nik:3174052105900001", "nik:‹nik›"),
    ("3174052105900001", "‹nik›"),
    ("NIKku 3174 0521 0590 0001", "NIKku ‹nik›"),
    ("nik 31.74.05.210590.0001", "nik ‹nik›"),
    ("3_1_7_4_0_5_2_1_0_5_9_0_0_0_0_1", "‹nik›"),
    ("3174, 0521, 0590, 0001 ya", "‹nik› ya"),
    ("nik 317405\u200b210590\u00a00001", "nik ‹nik›"),
    ("nik 317405\n210590\n0001", "nik ‹nik›"),
    ("３１７４０５２１０５９００００１ tes", "‹nik› tes"),
    ("3I74O521O59OOOO1", "‹nik›"),
    ("3174 0521 0590 OOO1", "‹nik›"),
    ("NIK З174О52105900001".replace("З", "3"), "NIK ‹nik›"),
    ("tiga satu tujuh empat kosong lima dua satu nol lima sembilan nol nol nol nol satu", "‹nik›"),
    ("saya punya 2 akun nik 3174056105900001", "saya punya 2 akun nik ‹nik›"),
    ("nik 317405210590001 kurang satu angka", "nik ‹nik› kurang satu angka"),
    ("3174052105900001 kk 3174052105900002", "‹nik› kk ‹kk›"),
    ("2020 2020 2020 2020", "‹kartu›"),
    ("gelombang 81 74 15 21 15 90 10 11", "gelombang 81 ‹rekening›"),
    ("1. 3174052105900001", "1. ‹nik›"),
    ("kk 3174052105900002 nik 3174052105900001", "kk ‹kk› nik ‹nik›"),
    ("3174052105900002 no kk saya", "‹kk› no kk saya"),
    ("kartu keluarga 3174052105900002", "kartu keluarga ‹kk›"),
    ("kartu prakerja 8765 4321 0987 6543", "kartu prakerja ‹kartu›"),
    ("kartu atm 3174052105900001", "kartu atm ‹kartu›"),
    ("norek bca 1234567890 a/n budi", "norek bca ‹rekening› a/n budi"),
    ("1234567890 bca", "‹rekening› bca"),
    ("gopay saya 081234567890", "gopay saya ‹rekening›"),
    ("va 8808081234567890", "va ‹rekening›"),
    ("rek 0123-01-045678-50-9", "rek ‹rekening›"),
    ("hp 081234567890 rek 1234567890", "hp 081234567890 rek ‹rekening›"),
    ("3174052105900001@gmail.com", "‹nik›@gmail.com"),
    ("https://x.id/?nik=3174052105900001", "https://x.id/?nik=‹nik›"),
]
HARMLESS = """
lupa password gimana
password saya salah terus
password email saya lupa
passwordnya ganti sendiri
password saya tiba tiba berubah
password harus ada huruf besar, kecil, dan angka
password minimal 8 karakter
password salah 3x
password saya macam2
lupa password: budi@gmail.com
pass login error
pass saya buka
nama saya sandi pratama
Ganti password emailmu
otp saya gak masuk masuk dari tadi
kode otp 6 digit
sudah 5 kali minta otp
otp 2x ga masuk
otp expired 300 detik
sejak jam 12.30 otp ga masuk
minta otp jam 10.15, 10.30, 11.00
kode verifikasi tidak masuk ke 081234567890
jangan kasih otp ke siapapun
pin harus 6 angka
kode pos 40123
kode error 5003
kode voucher 12345678
gelombang 71
gelombang 70, 71, 72 dan 73
gelombang 10 12 15 18 20 22 23 24
daftar prakerja 2024
2023
2021-2024
tahun 2020, 2021, 2022, 2023
saya lahir 12-05-1998
12/05/2023 - 15/05/2023
jadwal 12/05/2023 08.00-10.00
tgl 12/5/98
jam 08.30-15.00 wib
Rp600.000
rp 3550000 belum masuk
insentif saya 600000 belum cair
600rb
saldo 3.500.000 kok jadi 3.450.000
5000 orang
75,25%
umur 25 tahun
nilai 85/100
Permenko 17/2022 dan Perpres 113/2022
081234567890
0812-3456-7890
+62 812-3456-7890
hp 081234567890/081398765432
hubungi 021-5551234 ya
1500-537
0800-150-3001
budi482913@gmail.com
saya budi1998
https://www.prakerja.go.id/artikel/123456
SP-000123
tiket 000123 kapan selesai
satu dua tiga tes
saldo kosong
lo li oi
covid-19
jawab ‹otp› ‹sandi› ‹nik›
""".strip().splitlines()
CONTEXT = [  # the participant's last message, our last, this one, what may be read of it
    ("ini otp nya", "", "2023", "‹otp›"),
    ("ini otp nya", "", "482", "‹otp›"),
    ("ini otp nya", "", "iya", "iya"),
    ("pin saya", "", "123456", "‹pin›"),
    ("password saya", "", "Garuda45", "‹sandi›"),
    ("ini password nya", "", "merdeka", "‹sandi›"),
    ("kata sandi saya", "", "siap kak", "siap kak"),
    ("lupa password", "", "budi", "budi"),
    ("lupa password", "", "udah coba Garuda#45", "udah coba ‹sandi›"),
    ("norek bca saya", "", "0812345678", "‹rekening›"),
    ("ini nomor kk", "", "3174052105900002", "‹kk›"),
    ("insentif saya", "", "600000", "600000"),
    ("", "Tahun berapa kamu daftar?", "1998", "1998"),
    ("", "Berapa nominal yang belum masuk?", "600000", "600000"),
    ("", "Gelombang berapa?", "482913", "‹otp›"),
    ("", "Tulis nomor WhatsApp kamu, jangan kirim OTP ya", "081234567890", "081234567890"),
    ("", "Kata sandinya sudah diganti?", "udah jadi Garuda#45", "udah jadi ‹sandi›"),
]


@pytest.mark.parametrize(("written", "read"), SECRET)
def test_a_secret_vanishes_everywhere(written: str, read: str) -> None:
    assert mask(written).text == read
    assert mask(written).original == read


@pytest.mark.parametrize(("written", "read"), PERSONAL)
def test_a_personal_number_is_kept_only_where_it_is_encrypted(written: str, read: str) -> None:
    assert mask(written).text == read
    assert mask(written).original == written


@pytest.mark.parametrize("written", HARMLESS)
def test_what_is_no_secret_stays(written: str) -> None:
    assert mask(written).text == written
    assert mask(written).original == written


@pytest.mark.parametrize(("previous", "asked", "written", "read"), CONTEXT)
def test_the_messages_before_tell(previous: str, asked: str, written: str, read: str) -> None:
    assert mask(written, previous=previous, asked=asked).text == read


def test_both_sorts_in_one_message() -> None:
    masked = mask("nik 3174052105900001 otp 482913 rek 1234567890")
    assert masked.text == "nik ‹nik› otp ‹otp› rek ‹rekening›"
    assert masked.original == "nik 3174052105900001 otp ‹otp› rek 1234567890"


@pytest.mark.parametrize(("kind", "sentence", "needles"), PLANTED)
def test_planted_secrets_are_found(kind: str, sentence: str, needles: str) -> None:
    masked = mask(sentence)
    assert f"‹{KINDS.get(kind, kind)}›" in masked.text
    for needle in needles.split("|"):
        assert needle not in masked.text
        assert kind not in KINDS or needle not in masked.original


def test_enough_secrets_are_planted() -> None:
    assert len(PLANTED) >= 60
    assert {kind for kind, _, _ in PLANTED} == {"otp", "pin", "password"} | context.NUMBERS


chatter = st.lists(st.sampled_from(FRAGMENTS), max_size=14).map(" ".join)
glued = st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join)


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=80), chatter, glued), st.one_of(st.just(""), chatter))
@example("7 7 7 7 7 otp 12 05 98 pin", "")
def test_masking_twice_changes_nothing(text: str, previous: str) -> None:
    once = mask(text, previous=previous, asked=previous)
    assert mask(once.text, previous=previous, asked=previous).text == once.text
    assert mask(mask(text).text).text == mask(text).text


@settings(max_examples=300, deadline=None)
@given(
    st.text("0123456789", min_size=16, max_size=16),
    st.lists(st.text(SEPARATORS, max_size=3), min_size=15, max_size=15),
    st.sampled_from(["", "nik ", "kk saya: ", "halo ", "password ", "otp ", "tgl "]),
)
@example("0812345678901234", [""] * 15, "")
@example("3174052105900001", [" - "] * 15, "no ")
def test_sixteen_digits_survive_in_no_spelling(
    digits: str, separators: list[str], before: str
) -> None:
    spelled = "".join(d + s for d, s in zip(digits, [*separators, ""], strict=True))
    left = mask(before + spelled + " ya").text
    assert sum(char.isdigit() for char in left) < 14


@given(st.lists(st.sampled_from(HARMLESS[:9]), max_size=5), st.text("abegh ,.!?\n", max_size=40))
def test_words_without_digits_and_secrets_are_untouched(asked: list[str], more: str) -> None:
    text = more + " ".join(line for line in asked if not any(c.isdigit() for c in line))
    masked = mask(text.replace("password", "sertifikat"))
    assert masked.text == masked.original == text.replace("password", "sertifikat")


def _lines_run(action: Callable[[], object]) -> int:
    """How many lines of our own code an action runs: a clock that a busy machine can't shake."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace if "masking" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1-", "a", "otp ", "password ", "password:x ", "satu", "satu ", "o", "1o", "@a",
     "a@a.", "‹otp›", "www.", "nik 1 ", "0812 ", "12/05/", "\u200b1", "pin saya itu ", "\"a"],
)  # fmt: skip
def test_hostile_text_costs_in_proportion(piece: str) -> None:
    short, long = piece * (1000 // len(piece)), piece * (4000 // len(piece))
    mask(short)
    assert _lines_run(lambda: mask(long)) < 5 * _lines_run(lambda: mask(short)) + 2000


def _repeats(tree: Any) -> Iterator[tuple[int, Any]]:
    """Every repetition in a parsed pattern, as (most times, what is repeated)."""
    for node in tree:
        for value in node[1] if isinstance(node[1], tuple | list) else [node[1]]:
            inner = value if isinstance(value, list) else [value]
            for part in inner:
                if type(part).__name__ == "SubPattern":
                    yield from _repeats(part)
        if str(node[0]) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            yield int(node[1][1]), node[1][2]


def test_no_pattern_can_run_away() -> None:
    """Without a bound only a single character class is repeated, never a group."""
    parser = importlib.import_module("re._parser")
    patterns = {
        value.pattern
        for module in (context, numbers, passwords, shapes, words)
        for value in vars(module).values()
        if hasattr(value, "pattern")
    }
    assert len(patterns) > 12
    for pattern in patterns:
        for most, repeated in _repeats(parser.parse(pattern)):
            assert most <= 200 or (len(repeated) == 1 and str(repeated[0][0]) in {"IN", "ANY"})
