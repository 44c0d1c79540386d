"""Which Python 3.10 is taken, with scripts in the place of interpreters."""

from pathlib import Path

import pytest

from launch.interpreters import python_310
from launch.words import Failure


def fake(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_setting_goes_first(tmp_path: Path) -> None:
    named = fake(tmp_path / "mine", "echo 3.10")
    fake(tmp_path / "bin" / "python3.10", "echo 3.10")
    environ = {"SAPA_RASA_PYTHON": str(named), "PATH": str(tmp_path / "bin")}
    assert python_310(environ) == str(named)


@pytest.mark.parametrize("script", ["echo 3.12", "exit 127"])
def test_a_setting_that_is_wrong_is_not_passed_over(tmp_path: Path, script: str) -> None:
    named = fake(tmp_path / "mine", script)
    fake(tmp_path / "bin" / "python3.10", "echo 3.10")
    environ = {"SAPA_RASA_PYTHON": str(named), "PATH": str(tmp_path / "bin")}
    with pytest.raises(Failure, match=f"SAPA_RASA_PYTHON is {named}"):
        python_310(environ)


def test_the_one_on_the_path_goes_before_pyenv(tmp_path: Path) -> None:
    on_path = fake(tmp_path / "bin" / "python3.10", "echo 3.10")
    fake(tmp_path / ".pyenv/versions/3.10.13/bin/python3.10", "echo 3.10")
    environ = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    assert python_310(environ) == str(on_path)


def test_a_shim_that_does_not_run_leads_to_the_newest_of_pyenv(tmp_path: Path) -> None:
    fake(tmp_path / "bin" / "python3.10", "echo 'pyenv: command not found' >&2; exit 127")
    versions = tmp_path / "elsewhere" / "versions"
    for version in ("3.10.9", "3.10.13", "3.11.7", "3.10-dev"):
        fake(versions / version / "bin/python3.10", "echo 3.10")
    fake(versions / "3.10.14/bin/python3.10", "echo 'no module named ensurepip' >&2; exit 1")
    environ = {"PATH": str(tmp_path / "bin"), "PYENV_ROOT": str(tmp_path / "elsewhere")}
    assert python_310(environ) == str(versions / "3.10.13/bin/python3.10")


def test_uv_fetches_one_when_there_is_none(tmp_path: Path) -> None:
    fetched = fake(tmp_path / "fetched" / "python3.10", "echo 3.10")
    fetched.chmod(0o644)
    script = f'case "$2" in install) /bin/chmod +x {fetched};; find) echo {fetched};; esac'
    fake(tmp_path / "bin" / "uv", script)
    assert python_310({"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}) == str(fetched)


def test_none_at_all_is_one_sentence_that_tells_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"Rasa needs Python 3\.10, and none was found\. Install it"):
        python_310({"PATH": str(tmp_path), "HOME": str(tmp_path)})


def test_inherited_variables_do_not_lead_astray(tmp_path: Path) -> None:
    script = 'if [ -n "$PYTHONHOME$VIRTUAL_ENV$PYENV_VERSION" ]; then exit 1; fi; echo 3.10'
    on_path = fake(tmp_path / "python3.10", script)
    environ = {"PYTHONHOME": "/x", "VIRTUAL_ENV": "/y", "PYENV_VERSION": "3.11.7"}
    assert python_310({"PATH": str(tmp_path), **environ}) == str(on_path)
