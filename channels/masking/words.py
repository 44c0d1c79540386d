"""The words and numbers in a message, read as people type them.

Everything here works on a shadow of the text: compatible characters folded, lower case,
invisible characters left out, every kind of digit an ordinary one. `at` leads back to the
text itself. All patterns are bounded or repeat a single class of characters, so the time
needed grows with the length of the text only.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


def _words(lines: str) -> frozenset[str]:
    return frozenset(lines.split())


_ROLE_WORDS = {
    "otp": "otp otpe 0tp ootp opt kodeotp kode kod kde code verifikasi verification verif"
    " vertifikasi verivikasi ferifikasi token",
    "pin": "pin mpin cvv cvc",
    "sandi": "password pasword passwort paswort passwod paswod passwrd pswd psword pasworld"
    " passworld pw pwd pass passwd paswd katasandi sandi kunci passcode",
    "nik": "nik ktp ektp induk penduduk nonik noktp nomornik",
    "kk": "kk keluarga nokk",
    "kartu": "kartu card atm debit kredit",
    "rekening": "rek rekening norek norekening rekning rekeningnya bank bca bri bni mandiri bsi"
    " btn cimb permata danamon jago jenius seabank gopay ovo dana linkaja shopeepay va virtual"
    " briva ewallet dompet",
    "phone": "hp wa whatsapp telp telepon telpon tlp handphone nohp hubungi kontak",
}
ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
# Words that may stand between a keyword and its value ("pin gopay saya yang baru: ...").
FILLERS = _words(
    """
    saya sy aku ak ku gue gw kami anda nya ny ini itu tu tuh nih ni adalah yaitu ialah is the my
    your nomor no nomer nmr number angka lama baru akun akunnya prakerja yang yg email emailnya
    gmail login dashboard masuk barusan tadi isi isinya udah sudah dah sih ya kak kakak min
    mimin admin halo hai hallo hello selamat pagi siang sore malam mas mbak pak bu gan bang
    dikasih dapat dapet muncul keluar yaa kok g fb a n an wallet e app aplikasi new old jadi jd
    sms wa whatsapp
    """
)
MARKERS = _words(
    """
    adalah yaitu ialah itu is nya ini tu tuh yakni
    """
)
# A number after one of these is a quantity, a date, a place or a name of a thing: no secret.
HARMLESS = _words(
    """
    gelombang gel glmbg gelombng batch wave tahun thn th thun tgl tanggal tgll lahir kelahiran
    rp idr rupiah harga biaya insentif saldo sebesar senilai nominal bayar membayar gaji uang
    duit total jumlah sebanyak kuota rt rw pos kodepos jl jln jalan gang blok kav perpres
    permenko uu pasal android ios versi error eror tiket ticket laporan usia umur nilai skor
    poin jam pukul jm sekitar hampir kurang lebih voucher referral reff promo pelatihan skkni
    sejak angkatan harganya biayanya insentifnya saldonya redmi oppo vivo samsung iphone
    perpresnya januari februari maret april mei juni juli agustus september oktober november
    desember jan feb mar apr jun jul agu agt ags sep okt nov des bulan tunggakan pinjaman dana
    """
)
WAVES = _words(
    """
    gelombang gel glmbg gelombng batch wave
    """
)
UNITS = _words(
    """
    rb ribu rbu k jt juta jta m miliar milyar rupiah orang org peserta karakter digit angka
    huruf kali kl x hari jam menit mnt detik dtk minggu mgg bulan bln tahun thn th persen poin
    mb gb kb mbps lembar halaman wib wita wit km meter kg ribuan lowongan pelatihan kota
    kabupaten tahunan soal video kelas sertifikat survei penerima pendaftar pcs unit
    """
)
# Words that are never a password themselves when they follow the word "password".
KNOWN = _words(
    """
    lupa lp lupaa kelupaan ingat inget salah slh benar bener betul bnr tidak tdk gak ga gk g nggak
    ngga enggak engga kagak ndak ndk tak tk ngk kga bukan belum blm blum bisa bs bsa error eror
    gagal gmn gimana gmna bagaimana bgmn apa ap kenapa knp knapa mengapa siapa kapan mana dimana
    dmn berapa brp minimal min minimum maksimal max harus hrs wajib perlu boleh jangan jgn mesti
    terus trus trs lagi lg lgi padahal pdhl tapi tp tpi dan atau ato dengan dgn dg dr dari di ke
    utk untuk buat bikin pakai pake pakek menggunakan gunakan sama dalam pada oleh karena krn karna
    soalnya kalau kalo klo kl jika bila supaya agar biar sehingga maka terdiri ada tanpa dengannya
    ganti diganti ganti2 digantinya mengganti menganti ubah diubah rubah dirubah merubah mengubah
    reset direset dirisit mereset resetnya hilang ilang kosong kuat lemah aman sudah udah udh dah
    sdh telah sedang masih msh akan mau mo ingin pengen hendak coba nyoba mencoba dicoba minta
    mohon tolong tlg bantu bantuan bantuannya dibantu kirim dikirim ngirim kirimkan kasih diberi
    beri berikan diminta terkirim terkunci terblokir diblokir dikunci expired kadaluarsa
    kadaluwarsa berlaku berubah dihack hack kehack dibajak bajak dicuri bocor ketahuan diketahui
    tau tahu tersimpan simpan disimpan catat dicatat tulis ditulis ketik diketik isi diisi masukan
    masukkan dimasukkan dimasukin masukin ulang ulangi sekali kali beberapa berkali kemarin kmrn
    besok sekarang skrg skrng barusan dulu dl nanti hari ini itu tersebut disana disini sini situ
    langsung otomatis sendiri orang lain teman joki petugas admin kakak kak mimin makasih terima
    trims thanks please pls yaa dong donk deh sih kan loh lho aja saja juga jg hanya cuma cuman
    sesuai cocok valid invalid ditolak diterima dikenali ditemukan terdaftar aktif tidaknya sampai
    sampe hingga malah jadi menjadi seperti kayak kyk gitu gini begitu begini lewat melalui via
    menu tombol klik pilih link tautan halaman situs web website daftar mendaftar registrasi
    verifikasi konfirmasi prakerja akun dashboard hp nomor email facebook google gmail instagram
    wifi laptop komputer banyak panjang pendek besar kecil huruf angka karakter simbol kombinasi
    digit lalu kemudian setelah sebelum saat ketika waktu pas tadi semua semuanya setiap tiap malam
    pagi siang sore oke ok iya ya y sip halo hai hallo how what why is not wrong forgot forget
    change my the can cannot for to of or and it captcha captchanya username user nama profil data
    foto ktp wajah kode otp pin nik kk rekening solusi solusinya caranya cara masalah kendala
    keluhan keluar login logout log in diperbarui update perbarui tetap ttp terlalu kurang lebih
    paling agak sangat banget bgt sering selalu pernah baru lama yg yang nya saya aku kami kita
    kamu anda mereka dia ybs mulu melulu doang kepada siapapun pun mengaku segera rusak hangus
    nyangkut rejected correct help page with have has does do on when euy kumaha sm dua wajar
    kesimpen kesimpan ketuker ketinggalan poho apus hapus dihapus jga skrang mba bro sist tersimpen
    login2 kelupa lupain siap baik makasi nuhun matur permisi maaf
    """
)
# A message before this one that holds one of these was a question, not an announcement.
TROUBLE = _words(
    """
    lupa salah gagal error eror reset ganti ubah gak ga gk tidak tdk belum blm gimana bagaimana
    kenapa knp apa berapa bisa minta jangan
    """
)
_DIGIT_WORDS = {
    **dict.fromkeys(("nol", "kosong", "zero"), "0"),
    **dict.fromkeys(("satu", "one"), "1"),
    **dict.fromkeys(("dua", "two"), "2"),
    **dict.fromkeys(("tiga", "three"), "3"),
    **dict.fromkeys(("empat", "ampat", "four"), "4"),
    **dict.fromkeys(("lima", "five"), "5"),
    **dict.fromkeys(("enam", "six"), "6"),
    **dict.fromkeys(("tujuh", "tuju", "seven"), "7"),
    **dict.fromkeys(("delapan", "dlapan", "lapan", "eight"), "8"),
    **dict.fromkeys(("sembilan", "smbilan", "nine"), "9"),
}
_SPELLED_WORD = re.compile("|".join(sorted(_DIGIT_WORDS, key=len, reverse=True)))
_SPELLED = re.compile(rf"(?:{_SPELLED_WORD.pattern}){{1,40}}")
_TOKEN = re.compile(
    r"(?P<atom>‹(?:otp|sandi|pin|nik|kk|kartu|rekening)›"
    r"|(?<![a-z0-9._%+-])(?!(?:[^0-9@\s]{0,3}[0-9]){15})"
    r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}\.[a-z]{2,10}\b"
    r"|(?:https?://|www\.)(?!\S{0,120}?(?:[0-9][-._]?){15})[^\s?#]{1,200})"
    r"|(?P<word>(?<![^\W_])(?:[o0]\W?t\W?p|p\W?i\W?n|n\W?i\W?k)(?![^\W_]))"
    r"|(?P<digits>(?<![^\W_])(?=[oil]{0,20}[0-9])[0-9oil]+(?![^\W_])|[0-9]+)"
    r"|(?P<plain>[^\W\d_]+)"
)
_LOOKALIKE = str.maketrans("oil", "011")
# Cyrillic and Greek letters that look like ours, by which filters are evaded.
_FOLDED = str.maketrans("оοіӏаерс", "ooilaepc")
_INVISIBLE = {"Cf", "Mn", "Me", "Cc"}
_SUFFIXES = ("nyaa", "nya", "ny", "ku", "mu", "qu", "q")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or something opaque (placeholder, email, link) of the shadow."""

    kind: str
    """"word"; "number"; "spelled" ("nol"); "maybe", a number only beside others ("OO"); "atom"."""
    value: str
    """Lower-case letters of a word; the digits of a number ("tiga" is "3")."""
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """A text's shadow, its tokens, and the way back to the text."""

    shadow: str
    at: Sequence[int]
    tokens: list[Token]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the shadow stands in the text."""
        return self.at[start], max(self.at[end], self.at[end - 1] + 1)

    def gap(self, index: int) -> str:
        """What stands between a token and the next."""
        return self.shadow[self.tokens[index].end : self.tokens[index + 1].start]


def read(text: str) -> Reading:
    """Read a text."""
    shadow, at = _shadow(text)
    return Reading(shadow, at, [_token(found) for found in _TOKEN.finditer(shadow)])


def role(word: str) -> str:
    """What a word announces: "otp", "nik", "phone" ... (the keys of _ROLE_WORDS), or "".

    Knows suffixes ("otpnya", "nikku") and drawled letters ("otpppp")."""
    word = bare(re.sub(r"\W", "", word[:40]))
    for suffix in ("", *_SUFFIXES):
        if word.endswith(suffix) and (found := ROLES.get(word.removesuffix(suffix))):
            return found
    return ""


def bare(word: str) -> str:
    """A word without its drawl ("lupaaaa" is "lupa")."""
    return re.sub(r"(.)\1{2,}", r"\1", word)


def _shadow(text: str) -> tuple[str, Sequence[int]]:
    if text.isascii() and text.replace("\n", " ").isprintable():
        return text.lower(), range(len(text) + 1)
    letters: list[str] = []
    at: list[int] = []
    for index, char in enumerate(text):
        folded = _fold(char)
        letters.append(folded)
        at.extend([index] * len(folded))
    return "".join(letters), [*at, len(text)]


@lru_cache(maxsize=4096)
def _fold(char: str) -> str:
    value = unicodedata.numeric(char, -1.0)
    if unicodedata.category(char) in {"Nd", "No"} and value.is_integer() and 0 <= value < 100:
        return str(int(value))
    if char in "\t\n\r\v\f":
        return "\n" if char in "\n\r" else " "
    if unicodedata.category(char) in _INVISIBLE:
        return ""
    return unicodedata.normalize("NFKC", char).lower().translate(_FOLDED)


def _token(found: re.Match[str]) -> Token:
    kind, value = found.lastgroup or "", found.group()
    if kind == "digits":
        kind, value = _number(value)
    elif kind == "plain":
        kind, value = _word(value)
    return Token(kind, value, found.start(), found.end())


def _number(value: str) -> tuple[str, str]:
    digits = sum(char.isdigit() for char in value)
    # "482l13" is a number with a slip, "5s" is not: few letters, or many digits.
    sure = digits * 3 >= len(value) * (1 if len(value) >= 9 else 2) and len(value) >= 4
    kind = "number" if sure or digits == len(value) else "maybe"
    return kind, value.translate(_LOOKALIKE)


def _word(value: str) -> tuple[str, str]:
    if _SPELLED.fullmatch(value):
        return "spelled", "".join(_DIGIT_WORDS[word] for word in _SPELLED_WORD.findall(value))
    if len(value) <= 4 and not value.strip("oil"):
        return "maybe", value.translate(_LOOKALIKE)
    return "word", value
