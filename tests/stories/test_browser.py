"""The stories of the product in a real browser, on a whole running Sapa."""

import re
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.product import Product
from tests.stories.conftest import NewPage, picture

QUESTIONS = [
    line.split("\t") for line in Path("tests/stories/twenty_questions.tsv").read_text().splitlines()
]
ANSWER_WITHIN = 15_000  # milliseconds


def first_words(label: str) -> str:
    """The first bubble of a label's answer, as it is written for the assistant."""
    for file in Path("bot/data").glob("*.yml"):
        responses = yaml.safe_load(file.read_text()).get("responses", {})
        if f"utter_{label}" in responses:
            text: str = responses[f"utter_{label}"][0]["text"]
            return re.split(r"\n\s*\n", text.strip())[0]
    raise AssertionError(label)


def write(page: Page, text: str) -> None:
    page.fill("#text", text)
    page.click("#send")


def said(page: Page) -> list[str]:
    return page.locator("#log .msg:not(.participant) .bubble").all_inner_texts()


def open_chat(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/chat")
    expect(page.locator("#text")).to_be_visible()


def folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip()


@pytest.mark.parametrize("part", range(4))
def test_twenty_questions_get_the_right_answer(
    product: Product, new_page: NewPage, part: int
) -> None:
    page = new_page()
    open_chat(page, product)
    for label, question in QUESTIONS[part * 5 : part * 5 + 5]:
        before = len(said(page))
        write(page, question)
        expect(page.locator("#log .msg.assistant .bubble").nth(before)).to_be_visible(
            timeout=ANSWER_WITHIN
        )
        answer = said(page)[before]
        wanted = first_words(label).split("{")[0]
        assert folded(wanted) in folded(answer), f"{question}: {answer}"
        page.wait_for_timeout(300)  # the rest of its bubbles
    picture(page, f"chat-questions-{part}")


def to_a_ticket(page: Page) -> str:
    """From "my OTP does not come" through self-help to a ticket; returns its number."""
    write(page, "otp saya gak masuk masuk dari tadi")
    page.get_by_role("button", name=re.compile("Belum")).first.click()
    expect(page.locator("#log")).to_contain_text("operator", timeout=ANSWER_WITHIN)
    write(page, "mau masuk akun, lewat sms telkomsel, dari jam 9 pagi udah 4 kali minta")
    page.get_by_role("button", name=re.compile("sini")).first.click()
    expect(page.locator("#log")).to_contain_text(re.compile(r"SP-\d{6}"), timeout=ANSWER_WITHIN)
    found = re.search(r"SP-\d{6}", page.locator("#log").inner_text())
    assert found
    return found[0]


def log_in(page: Page, product: Product) -> None:
    email, password = product.login
    page.goto(f"{product.url}/desk")
    page.fill("#email", email)
    page.fill("#password", password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "login" not in url)


def answer_at_the_desk(page: Page, text: str) -> None:
    page.fill("#form-answer textarea", text)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text(text)


def test_a_problem_becomes_a_ticket_and_the_agents_answer_arrives_by_itself(
    product: Product, new_page: NewPage
) -> None:
    phone, desk = new_page(), new_page(phone=False)
    open_chat(phone, product)
    number = to_a_ticket(phone)
    picture(phone, "chat-ticket")
    log_in(desk, product)
    desk.goto(f"{product.url}/desk?tab=tech")
    picture(desk, "desk-queue")
    desk.locator("tr", has_text=number).locator("a").first.click()
    expect(desk.locator("#messages")).to_contain_text("telkomsel")
    answer_at_the_desk(desk, "Halo, saya Rina. Kodenya sudah kami kirim ulang, coba cek ya.")
    expect(phone.locator("#log")).to_contain_text("sudah kami kirim ulang", timeout=3000)
    expect(phone.locator("#owner")).to_contain_text("petugas", timeout=3000)
    picture(phone, "chat-agent")
    write(phone, "sudah masuk kak, makasih")
    expect(desk.locator("#messages")).to_contain_text("sudah masuk kak", timeout=3000)
    picture(desk, "desk-ticket")


def test_a_reload_and_a_dropped_network_lose_and_double_nothing(
    product: Product, new_page: NewPage
) -> None:
    page = new_page()
    open_chat(page, product)
    write(page, "apa itu kartu prakerja?")
    expect(page.locator("#log .msg.assistant").first).to_be_visible(timeout=ANSWER_WITHIN)
    page.context.set_offline(True)
    write(page, "batas umur daftar berapa?")
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(page.locator("#log")).to_contain_text("64", timeout=ANSWER_WITHIN * 2)
    before = page.locator("#log .msg").count()
    page.reload()
    expect(page.locator("#log .msg")).to_have_count(before, timeout=ANSWER_WITHIN)
    mine = page.locator("#log .msg.participant .bubble").all_inner_texts()
    assert mine == ["apa itu kartu prakerja?", "batas umur daftar berapa?"]
    write(page, "daftarnya bayar gak?")
    page.reload()  # before the answer
    expect(page.locator("#log .msg.participant")).to_have_count(3, timeout=ANSWER_WITHIN)
    expect(page.locator("#log .msg").last).to_have_class(re.compile("assistant"), timeout=30_000)


def test_the_same_story_without_script(product: Product, new_page: NewPage) -> None:
    page = new_page(script=False)
    open_chat(page, product)

    def post(text: str) -> None:
        page.fill("#text", text)
        page.click("#send")

    post("otp saya gak masuk masuk dari tadi")
    until(page, re.compile("Belum"))
    page.get_by_role("button", name=re.compile("Belum")).first.click()
    until(page, re.compile("operator"))
    post("mau masuk akun, sms telkomsel, dari jam 9 pagi udah 4 kali minta")
    until(page, re.compile("sini"))
    page.get_by_role("button", name=re.compile("sini")).first.click()
    until(page, re.compile(r"SP-\d{6}"))
    found = re.search(r"SP-\d{6}", page.content())
    assert found
    picture(page, "chat-without-script")
    assert len(page.content().encode()) < 30_000
    desk = new_page(phone=False)
    log_in(desk, product)
    desk.goto(f"{product.url}/desk?tab=tech")
    desk.locator("tr", has_text=found[0]).locator("a").first.click()
    answer_at_the_desk(desk, "Sudah kami perbaiki, silakan coba lagi.")
    page.goto(f"{product.url}/chat")
    expect(page.locator("#log")).to_contain_text("Sudah kami perbaiki")


def until(page: Page, wanted: "re.Pattern[str]") -> None:
    """Reload, as a person without script does, until the page shows it."""
    end = time.monotonic() + 20
    while not wanted.search(page.locator("body").inner_text()):
        assert time.monotonic() < end, page.locator("body").inner_text()
        page.goto(page.url.partition("?")[0] + "?wait=1")


def ask_in_the_widget(page: Page, question: str) -> None:
    frame = page.frame_locator("iframe")
    frame.locator("#text").fill(question)
    frame.locator("#send").click()
    expect(frame.locator("#log .msg.assistant").first).to_be_visible(timeout=ANSWER_WITHIN)


def test_the_demo_page_says_what_it_is_and_opens_the_chat(
    product: Product, new_page: NewPage
) -> None:
    page = new_page(phone=False)
    page.goto(f"{product.url}/")
    expect(page.get_by_text("Ini demo").first).to_be_visible()
    picture(page, "home")
    page.locator("[data-sapa-open]").first.click()
    ask_in_the_widget(page, "siapa yang boleh ikut prakerja?")
    picture(page, "widget")


HOST = """<!doctype html><title>Situs lain</title>
<style>* { font-size: 60px !important; color: red !important; position: static !important }
iframe { width: 40px }</style><p>Situs lain</p><script src="%s/chat/widget.js" defer></script>"""


@pytest.fixture
def other_site(product: Product) -> Iterator[str]:
    """A page of another origin, with styles that spoil whatever they reach."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((HOST % product.url).encode())

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://localhost:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def test_the_widget_stands_on_another_sites_page_whatever_its_styles(
    other_site: str, new_page: NewPage
) -> None:
    page = new_page()
    page.goto(other_site)
    page.get_by_role("button").first.click()
    ask_in_the_widget(page, "daftarnya bayar gak?")
    size = (
        page.frame_locator("iframe")
        .locator("#log .bubble")
        .first.evaluate("element => getComputedStyle(element).fontSize")
    )
    assert float(size.removesuffix("px")) < 20
    picture(page, "widget-on-another-site")
    page.reload()
    page.get_by_role("button").first.click()
    frame = page.frame_locator("iframe")
    expect(frame.locator("#log .msg.participant")).to_have_count(1)  # it is remembered, and once


def test_somebody_who_asks_for_a_person_gets_the_one_at_the_desk(
    product: Product, new_page: NewPage
) -> None:
    phone, desk = new_page(), new_page(phone=False)
    log_in(desk, product)
    expect(desk.get_by_role("navigation")).to_be_visible()
    desk.wait_for_timeout(1000)  # its stream tells that somebody is there
    open_chat(phone, product)
    write(phone, "mau ngomong sama petugas langsung dong")
    expect(phone.locator("#log")).to_contain_text("sambungkan", timeout=ANSWER_WITHIN)
    expect(phone.locator("#owner")).to_contain_text("Menunggu petugas")
    desk.goto(f"{product.url}/desk?tab=agents")
    picture(desk, "desk-live")
    desk.locator("tr.live").locator("a").first.click()
    answer_at_the_desk(desk, "Halo, dengan Rina. Ada yang bisa dibantu?")
    expect(phone.locator("#log")).to_contain_text("dengan Rina", timeout=3000)
    write(phone, "kapan insentif cair ya kak?")  # the assistant keeps silent now
    expect(desk.locator("#messages")).to_contain_text("kapan insentif cair", timeout=3000)
    phone.wait_for_timeout(2000)
    assert "dengan Rina" in said(phone)[-1]


def test_two_failures_to_understand_offer_a_person(product: Product, new_page: NewPage) -> None:
    page = new_page()
    open_chat(page, product)
    for text in ("qwrt zxcv plmk nbvc ghjk?", "asdf lkjh poiu mnbv qazx?"):
        before = len(said(page))
        write(page, text)
        expect(page.locator("#log .msg.assistant .bubble").nth(before)).to_be_visible(
            timeout=ANSWER_WITHIN
        )
    expect(
        page.get_by_role("button", name=re.compile("petugas", re.IGNORECASE)).last
    ).to_be_visible()


def test_a_status_page_needs_no_account(product: Product, new_page: NewPage) -> None:
    page = new_page()
    open_chat(page, product)
    number = to_a_ticket(page)
    address = page.locator("#log a[href*='/t/']").last.get_attribute("href")
    assert address
    page.goto(address)
    expect(page.locator("h1")).to_contain_text(number)
    picture(page, "status")
    page.fill("#text", "apakah ada kabar, kak?")
    page.get_by_role("button", name="Kirim balasan").click()
    expect(page.locator(".thread")).to_contain_text("apakah ada kabar, kak?")
