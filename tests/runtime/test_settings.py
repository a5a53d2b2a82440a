"""prozvon.yaml: everything wrong with it is told at once, by line, and no secret with it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orchestrator.domain.problem import KnownError
from orchestrator.runtime.settings import Settings, load_settings
from orchestrator.runtime.settings_parts.switch_settings import DEFAULT_PASSWORD, Gateway

SECRET = "hunter2-very-secret"


def _load(folder: Path, text: str) -> Settings:
    (folder / "prozvon.yaml").write_text(text, encoding="utf-8")
    return load_settings(folder)


def _refused(folder: Path, text: str) -> list[str]:
    """The lines of the refusal, without the file's name."""
    with pytest.raises(KnownError) as caught:
        _load(folder, text)
    file = str(folder.resolve() / "prozvon.yaml")
    assert all(line.startswith(f"{file}:") for line in str(caught.value).split("\n"))
    return [line.removeprefix(f"{file}:").strip() for line in str(caught.value).split("\n")]


def test_a_folder_without_a_file_has_every_default(tmp_path: Path) -> None:
    found = load_settings(tmp_path)
    assert (found.project, found.region, found.store, found.clock) == ("prozvon", "RU", None, "real")
    assert (found.data, found.scenarios) == (tmp_path / "data", tmp_path / "scenarios")
    assert found.gateways() == [("main", "main", Gateway())]
    assert found.switches["main"].root == tmp_path / "data" / "switch"
    assert found.switches["main"].cdr_folder == tmp_path / "data" / "switch" / "cdr"


@pytest.mark.parametrize("text", ["", "\n\n", "# only a remark\n", "---\n", "{}\n"])
def test_an_empty_file_has_every_default(tmp_path: Path, text: str) -> None:
    default = load_settings(tmp_path)
    assert _load(tmp_path, text) == default


def test_relative_paths_begin_at_the_project_and_absolute_ones_stay(tmp_path: Path) -> None:
    found = _load(
        tmp_path,
        "data: state\nscenarios: /srv/scenarios\n"
        "switches: {a: {root: ../a, cdr: cdrs, password_file: secret}, b: {root: /srv/b}}\n",
    )
    assert (found.data, found.scenarios) == (tmp_path / "state", Path("/srv/scenarios"))
    assert found.clock_file == tmp_path / "state" / "clock"
    assert found.logs == tmp_path / "state" / "logs"
    a, b = found.switches["a"], found.switches["b"]
    assert (a.root, a.cdr_folder, a.password_file) == (
        tmp_path / "../a",
        tmp_path / "cdrs",
        tmp_path / "secret",
    )
    assert b.cdr_folder == Path("/srv/b/cdr")


def test_text_stays_text(tmp_path: Path) -> None:
    """`NO` is Norway, 486 a SIP status, and a project may be called 010."""
    found = _load(
        tmp_path,
        'project: 010\nregion: NO\nswitches: {on: {gateways: {1e3: {dial: "{digits}", causes: {486: busy}}}}}\n',
    )
    assert (found.project, found.region) == ("010", "NO")
    assert found.switches["on"].gateways["1e3"].causes == {"486": "busy"}


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = """\
projct: shop
region: XX
fsync: sometimes
lease_s: 0
limits:
  per_number: {day: 0, evr: 5}
switches:
  Main: {}
  main:
    port: 70000
    host: [a]
    gateways:
      spare: {cps: fast, chanels: 5, dial: "sofia/x/${number}", causes: {USER_BSY: busy, 603: anything}}
"""
    assert _refused(tmp_path, text) == [
        "1:1: projct: unknown key (did you mean `project`?)",
        "2:1: region: no region of telephone numbers: write a country code in capitals, such as RU",
        "3:1: fsync: Input should be 'everysec' or 'always'",
        "4:1: lease_s: Input should be greater than or equal to 1",
        "6:16: limits.per_number.day: Input should be greater than 0",
        "6:24: limits.per_number.evr: unknown key (did you mean `ever`?)",
        "8:3: switches.Main: use 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit",
        "10:5: switches.main.port: Input should be less than 65536",
        "11:5: switches.main.host: this key takes no list",
        "13:15: switches.main.gateways.spare.cps: Input should be a valid number, unable to parse string as a number",
        "13:26: switches.main.gateways.spare.chanels: unknown key (did you mean `channels`?)",
        "13:38: switches.main.gateways.spare.dial: a dial string holds {number} or {digits} once and else only "
        "letters, digits and _./:@+-",
        "13:74: switches.main.gateways.spare.causes.USER_BSY: neither a hangup cause (docs/dispositions.md has them "
        "all) nor a SIP status of 300 to 699",
        "13:90: switches.main.gateways.spare.causes.603: Input should be 'answered', 'machine', 'busy', 'no_answer', "
        "'rejected', 'invalid_number', 'congestion', 'failed', 'abandoned', 'cancelled' or 'lost'",
    ]


def test_a_key_that_is_near_nothing_gets_the_list_of_keys(tmp_path: Path) -> None:
    assert _refused(tmp_path, "limits: {per_number: {xyzzy: 1}}") == [
        "1:23: limits.per_number.xyzzy: unknown key (one of `day`, `ever`)"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- a\n", "the settings are a mapping: `project: NAME` and so on"),
        ("shop\n", "the settings are a mapping: `project: NAME` and so on"),
        ("project: [a\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'"),
        ("project: a\n project: b\n", "2:9: not YAML: mapping values are not allowed here"),
        ("project: a\x07b\n", "not YAML: special characters are not allowed"),
        ("project: a\nregion: RU\nproject: b\n", "3:1: project: stands here twice (line 1)"),
        ("? [a, b]\n: c\n", "1:3: a key is a name"),
        ("store:\n", "1:1: store: has no value: write one, or leave the key out"),
        ("store: ~\n", "1:1: store: has no value: write one, or leave the key out"),
        ('data: ""\n', "1:1: data: has no value: write one, or leave the key out"),
        ("limits: 3\n", "1:1: limits: Input should be a valid dictionary or instance of Limits"),
        ("switches: {}\n", "1:1: switches: Dictionary should have at least 1 item after validation, not 0"),
        ("a: &a {b: *a}\n", "nested too deeply, or within itself"),
        ("a: " + "{a: " * 3000, "nested too deeply, or within itself"),
        (
            "switches: {m: {password_env: A, password_file: b}}",
            "1:12: switches.m: password_env and password_file: only one of them can be meant",
        ),
        (
            "switches: {m: {gateways: {g: {causes: {USER_BUSY: answered}}}}}",
            "1:40: switches.m.gateways.g.causes.USER_BUSY: no cause means `answered`",
        ),
    ],
)
def test_one_mistake_is_one_clear_line(tmp_path: Path, text: str, said: str) -> None:
    assert _refused(tmp_path, text) == [said]


@pytest.mark.parametrize("value", ["lost", "abandoned", "machine", "answered"])
def test_a_cause_cannot_mean_what_no_cause_says(tmp_path: Path, value: str) -> None:
    assert len(_refused(tmp_path, f"switches: {{m: {{gateways: {{g: {{causes: {{486: {value}}}}}}}}}}}")) == 1


@pytest.mark.parametrize(
    "dial", ["x", "{number}{number}", "{name}", "a b{number}", "{number}'", "{number},x", ""]
)
def test_a_dial_string_names_the_number_once_and_is_plain(tmp_path: Path, dial: str) -> None:
    assert len(_refused(tmp_path, f'switches: {{m: {{gateways: {{g: {{dial: "{dial}"}}}}}}}}')) == 1


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "0.5", "1e400"])
def test_a_lease_is_a_time_that_can_be_waited(tmp_path: Path, text: str) -> None:
    assert len(_refused(tmp_path, f"lease_s: {text}")) == 1


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "prozvon.yaml"
    path.mkdir()
    with pytest.raises(KnownError, match=r"cannot read .*prozvon\.yaml: Is a directory$"):
        load_settings(tmp_path)
    path.rmdir()
    path.write_bytes("project: Заказ".encode("cp1251"))
    with pytest.raises(KnownError, match=r"cannot read .*prozvon\.yaml: it is not UTF-8 text$"):
        load_settings(tmp_path)
    path.unlink()
    path.symlink_to(tmp_path / "gone")
    with pytest.raises(KnownError, match=r"cannot read .*prozvon\.yaml: No such file or directory$"):
        load_settings(tmp_path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KnownError, match=r"no such project folder: .*nowhere"):
        load_settings(tmp_path / "nowhere")


@given(text=st.text() | st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(str))
@example("%YAML 9.9\n---\na: b")
@example("!!python/object/apply:os.system [ls]")
@example("a: *nowhere")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_any_text_is_settings_or_a_known_error(tmp_path: Path, text: str) -> None:
    with suppress(KnownError):
        _load(tmp_path, text)


# Passwords


def test_without_a_word_the_password_is_freeswitchs_own(tmp_path: Path) -> None:
    assert load_settings(tmp_path).switches["main"].password() == DEFAULT_PASSWORD


def test_the_password_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch = _load(tmp_path, "switches: {main: {password_env: PZ_TEST_PASSWORD}}").switches["main"]
    monkeypatch.setenv("PZ_TEST_PASSWORD", SECRET)
    assert switch.password() == SECRET
    monkeypatch.setenv("PZ_TEST_PASSWORD", "")
    with pytest.raises(KnownError, match=r"not set: export PZ_TEST_PASSWORD="):
        switch.password()
    monkeypatch.delenv("PZ_TEST_PASSWORD")
    with pytest.raises(KnownError, match=r"not set: export PZ_TEST_PASSWORD="):
        switch.password()
    monkeypatch.setenv("PZ_TEST_PASSWORD", f"{SECRET}\nexit")
    with pytest.raises(KnownError, match="PZ_TEST_PASSWORD holds more than one line") as caught:
        switch.password()
    assert SECRET not in str(caught.value)


def test_the_password_comes_from_a_file_that_nobody_else_can_read(tmp_path: Path) -> None:
    switch = _load(tmp_path, "switches: {main: {password_file: secret}}").switches["main"]
    path = tmp_path / "secret"
    with pytest.raises(KnownError, match=r"cannot read the password file .*/secret: No such file"):
        switch.password()
    path.write_text(f"{SECRET}\n", encoding="utf-8")
    path.chmod(0o600)
    assert switch.password() == SECRET
    path.chmod(0o400)
    assert switch.password() == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666, 0o777])
def test_a_password_file_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    switch = _load(tmp_path, "switches: {main: {password_file: secret}}").switches["main"]
    path = tmp_path / "secret"
    path.write_text(SECRET, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(KnownError, match=r"others can read the password file .*: chmod 600 .*") as caught:
        switch.password()
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"one\ntwo\n", "holds more than one line"),
        (b"with\x00zero", "holds more than one line, or a control character"),
        (b"\xffsecret", "is not UTF-8 text"),
    ],
)
def test_a_password_file_holds_one_line_of_text(tmp_path: Path, data: bytes, said: str) -> None:
    switch = _load(tmp_path, "switches: {main: {password_file: secret}}").switches["main"]
    descriptor = os.open(tmp_path / "secret", os.O_WRONLY | os.O_CREAT, 0o600)
    os.write(descriptor, data)
    os.close(descriptor)
    with pytest.raises(KnownError, match=said) as caught:
        switch.password()
    assert "two" not in str(caught.value)


def test_no_secret_is_in_a_repr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PZ_TEST_PASSWORD", SECRET)
    found = _load(
        tmp_path,
        f"store: redis://:{SECRET}@db/0\nswitches: {{main: {{password_env: PZ_TEST_PASSWORD}}}}\n",
    )
    assert found.store == f"redis://:{SECRET}@db/0"
    assert SECRET not in repr(found)
    assert SECRET not in str(found)


@pytest.mark.parametrize(
    "line",
    [
        f"password: {SECRET}",
        f"store: [{SECRET}]",
        f"store: {{url: {SECRET}}}",
        f'store: "{SECRET}',
        f"region: {SECRET}",
        f"fsync: {SECRET}",
        f"lease_s: {SECRET}",
        f"switches: {SECRET}",
        f"switches: {{main: {{port: {SECRET}}}}}",
        f"switches: {{main: {{password: {SECRET}}}}}",
        f"switches: {{main: {{password_env: {SECRET}}}}}",
        f"switches: {{main: {{gateways: {{g: {{dial: '{SECRET}'}}}}}}}}",
    ],
)
def test_no_value_is_ever_part_of_a_message(tmp_path: Path, line: str) -> None:
    assert SECRET not in "\n".join(_refused(tmp_path, line))


def test_a_list_holds_texts_only(tmp_path: Path) -> None:
    text = "project: [a, b]\nswitches: {main: {host: [1, [2], {a: b}, ~]}}"
    assert _refused(tmp_path, text) == [
        "1:1: project: this key takes no list",
        "2:19: switches.main.host: this key takes no list",
        "2:29: switches.main.host: a list here holds texts only",
        "2:34: switches.main.host: a list here holds texts only",
        "2:42: switches.main.host: a list here holds texts only",
    ]
