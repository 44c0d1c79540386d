"""Stamps, resumed installations, long steps, ports and folders."""

import os
import socket
import sys
from pathlib import Path

import pytest

from launch import clean, keys, stamps, steps, web
from launch.paths import make_state
from launch.run import checked, inherited
from launch.setup import forget_half_installed
from launch.words import Failure


def test_a_stamp_holds_only_for_what_it_was_made_from(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "a.yml").write_text("one")
    stamp = tmp_path / "stamp"
    first = stamps.digest([folder], "3.10")
    assert not stamps.is_current(stamp, first)
    stamps.set_stamp(stamp, first)
    assert stamps.is_current(stamp, stamps.digest([folder], "3.10"))
    assert not stamps.is_current(stamp, stamps.digest([folder], "3.11"))
    (folder / "a.yml").write_text("two")
    changed = stamps.digest([folder], "3.10")
    assert not stamps.is_current(stamp, changed)
    (folder / "a.yml").rename(folder / "b.yml")
    assert stamps.digest([folder], "3.10") != changed


def test_a_package_that_pip_was_killed_over_is_forgotten(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "python3.11" / "site-packages"
    for name in ("whole", "half"):
        (site / f"{name}-1.0.dist-info").mkdir(parents=True)
        (site / f"{name}-1.0.dist-info" / "METADATA").touch()
    (site / "whole-1.0.dist-info" / "RECORD").touch()
    forget_half_installed(tmp_path)
    assert [entry.name for entry in site.iterdir()] == ["whole-1.0.dist-info"]


def test_a_long_step_tells_what_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "PATIENCE", 0.1)
    steps.run("Baking (1 s)", ["/bin/sh", "-c", "sleep 0.3; echo warm"], os.environ, tmp_path / "l")
    told = capsys.readouterr().out
    assert told.startswith("Baking (1 s) ...\n  0 s so far\n")
    assert told.endswith("done in 0 s.\n")
    assert "warm" in (tmp_path / "l").read_text()


def test_a_step_that_fails_shows_its_last_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["/bin/sh", "-c", "echo no such flour; exit 3"]
    with pytest.raises(Failure, match=r"Baking: that failed \(exit code 3\)"):
        steps.run("Baking", argv, os.environ, tmp_path / "log")
    assert "    no such flour" in capsys.readouterr().err


def test_a_taken_port_is_named_with_the_setting_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Failure, match=f"Port {port} on 127.0.0.1 is already used.*SAPA_PORT"):
            web.refuse_taken_ports({"SAPA_PORT": ("127.0.0.1", port)})
    web.refuse_taken_ports({"SAPA_PORT": ("127.0.0.1", port)})


def test_nobody_answering_is_no_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert web.status_of(port, "/healthz") == 0


def test_a_folder_with_other_files_is_neither_taken_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(Failure, match="holds other files"):
        make_state(tmp_path)
    with pytest.raises(Failure, match="holds other files"):
        clean.clean({"SAPA_STATE_DIR": str(tmp_path), "CLEAN": "yes"})
    assert (tmp_path / "letters.txt").exists()


def test_clean_removes_nothing_unasked(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_state(state)
    monkeypatch.setattr(sys, "stdin", open(os.devnull))  # noqa: SIM115 - closed with the test
    with pytest.raises(Failure, match="Nothing was removed"):
        clean.clean({"SAPA_STATE_DIR": str(state)})
    assert state.exists()
    clean.clean({"SAPA_STATE_DIR": str(state), "CLEAN": "yes"})
    assert not state.exists()


def test_a_demo_makes_its_secrets_once(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_state(state)
    first = inherited({"SAPA_PORT": "9000", "VIRTUAL_ENV": "/x"}, state)
    assert first["SAPA_PUBLIC_URL"] == "http://127.0.0.1:9000"
    assert "VIRTUAL_ENV" not in first
    again = inherited({}, state)
    assert [first[name] for name in keys.MAKERS] == [again[name] for name in keys.MAKERS]
    assert len({first[name] for name in keys.MAKERS}) == 4


def test_production_makes_none_and_names_what_is_missing(state: Path) -> None:
    make_state(state)
    environ = inherited({"SAPA_MODE": "production"}, state)
    with pytest.raises(Failure, match="SAPA_SECRET_KEY"):
        checked(environ)
    assert not keys.path(state).exists()
