"""The supervisor on real processes: restarts, gives up, stops, leaves nothing behind."""

import os
import signal
import subprocess
import sys

from launch.paths import ROOT
from tests.launch.conftest import StartToy, is_gone, number_in

FOREVER = "echo begun; exec sleep 60"


def test_what_is_killed_starts_again(start_toy: StartToy) -> None:
    toy = start_toy(f"web={FOREVER}")
    first = toy.pid("web")
    os.kill(first, signal.SIGKILL)
    told = toy.wait_for("starting it again")
    assert toy.pid("web", other_than=first) != first
    assert "web ended (killed by SIGKILL); starting it again in 0.2 s." in told


def test_output_is_prefixed_and_kept(start_toy: StartToy) -> None:
    toy = start_toy("build:once=printf 'one\\ntwo'", f"web={FOREVER}")
    output = toy.wait_for("toy is up")
    assert "build       | one\nbuild       | two\n" in output
    assert (toy.state / "logs" / "build.log").read_text() == "one\ntwo\n"


def test_the_rest_of_a_killed_group_goes_too(start_toy: StartToy) -> None:
    """As when gunicorn's master is killed and its workers hold the port."""
    toy = start_toy("web=sleep 60 & echo $! > $SAPA_TEST_STATE/worker; wait")
    note = toy.state / "worker"
    worker = number_in(note)
    note.unlink()
    os.kill(toy.pid("web"), signal.SIGKILL)
    assert is_gone(worker)
    assert number_in(note) != worker


def test_what_keeps_dying_ends_the_run_with_one_sentence(start_toy: StartToy) -> None:
    toy = start_toy(f"other={FOREVER}", "rasa=echo no model here; exit 3")
    toy.wait_for("toy is up")
    other = toy.pid("other")
    code, output = toy.rest()
    assert code == 1
    assert "rasa keeps dying (6 times within 60 s): giving up (exit code 3)" in output
    assert output.rstrip().endswith("no model here")
    assert "Traceback" not in output
    assert is_gone(other)
    assert not (toy.state / "run.json").exists()


def test_ctrl_c_stops_everything_cleanly(start_toy: StartToy) -> None:
    polite = "trap 'echo bye; exit 0' TERM; while :; do sleep 0.05; done"
    toy = start_toy(f"web={polite}", "deaf=trap '' TERM; while :; do sleep 0.05; done")
    toy.wait_for("toy is up")
    pids = [toy.pid("web"), toy.pid("deaf")]
    toy.process.send_signal(signal.SIGINT)
    code, output = toy.rest()
    assert code == 0
    assert "web         | bye" in output
    assert all(is_gone(pid, 0.1) for pid in pids)


def test_a_killed_supervisor_leaves_no_orphans(start_toy: StartToy) -> None:
    toy = start_toy(f"web={FOREVER}", "worker=trap '' TERM INT; while :; do sleep 0.05; done")
    toy.wait_for("toy is up")
    pids = [toy.pid("web"), toy.pid("worker")]
    toy.process.kill()
    assert all(is_gone(pid) for pid in pids)


def test_the_next_start_ends_what_survived_a_killed_one(start_toy: StartToy) -> None:
    """A grandchild gets no signal when the supervisor dies: the record finds it."""
    toy = start_toy("web=setsid sleep 61 & echo $! > $SAPA_TEST_STATE/survivor; wait")
    toy.wait_for("toy is up")
    survivor = number_in(toy.state / "survivor")
    toy.process.kill()
    toy.process.wait()
    assert not is_gone(survivor, 0.3)
    start_toy(f"web={FOREVER}").wait_for("left 1 processes")
    assert is_gone(survivor)


def test_a_recycled_process_number_is_left_alone(start_toy: StartToy) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        toy = start_toy(f"web={FOREVER}")
        toy.wait_for("toy is up")
        record = toy.state / "run.json"
        record.write_text(record.read_text().replace(str(toy.pid("web")), str(stranger.pid)))
        toy.process.kill()
        toy.process.wait()
        start_toy(f"web={FOREVER}").wait_for("toy is up")
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_second_run_is_told_where_the_first_is(start_toy: StartToy) -> None:
    first = start_toy(f"web={FOREVER}")
    first.wait_for("toy is up")
    code, output = start_toy(f"web={FOREVER}").rest()
    assert code == 1
    assert f"already running on {first.state}: a toy (process {first.process.pid})" in output
    assert first.process.poll() is None


def test_a_step_that_fails_stops_the_start(start_toy: StartToy) -> None:
    toy = start_toy(f"db={FOREVER}", "migrations:once=echo no such table; exit 1", "web=sleep 60")
    code, output = toy.rest()
    assert code == 1
    assert "migrations failed (exit code 1). Its last lines:\n    no such table" in output
    assert "toy is up" not in output


def test_a_full_disk_is_one_sentence_and_a_clean_stop(start_toy: StartToy) -> None:
    toy = start_toy("web=sleep 0.5; echo a; exec sleep 60")
    log = toy.state / "logs" / "web.log"
    toy.wait_for("toy is up")
    log.symlink_to("/dev/full")
    web = toy.pid("web")
    code, output = toy.rest()
    assert code == 1
    assert f"The disk is full (while writing {log})" in output
    assert "Traceback" not in output
    assert is_gone(web)


def test_the_terminal_going_away_stops_the_run(start_toy: StartToy) -> None:
    toy = start_toy("web=while echo tick; do sleep 0.05; done")
    toy.wait_for("tick")
    web = toy.pid("web")
    assert toy.process.stdout is not None
    toy.process.stdout.close()
    toy.process.stdout = None
    assert is_gone(web)
    assert toy.process.wait(5) != 0


def test_an_old_python_is_told_what_to_do() -> None:
    code = "import sys; sys.version_info = (3, 9, 1); sys.argv = ['launch', 'run']\n"
    code += "import runpy; runpy.run_module('launch', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Sapa needs Python 3.11 or newer as python3, and this is 3.9." in done.stdout
