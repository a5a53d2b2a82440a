from __future__ import annotations

from pathlib import Path

from orchestrator.simulator.callee_log import CalleeCall, CalleeLog, read_callee_log


def test_a_call_is_read_as_it_was_lived(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "callees.jsonl"
    log = CalleeLog(path)
    log.called(at=1, call="a", number="+7", try_number=1, callee="people")
    log.called(at=2, call="b", number="+8", try_number=1, callee="people")
    log.answered(at=3, call="a")
    log.over(at=9, call="a", cause="NORMAL_CLEARING", by="callee", keys="12", heard=["hello"])
    log.close()
    assert read_callee_log(path) == [
        CalleeCall(
            call="a",
            number="+7",
            try_number=1,
            callee="people",
            called_at=1,
            answered_at=3,
            ended_at=9,
            cause="NORMAL_CLEARING",
            by="callee",
            keys="12",
            heard=("hello",),
        ),
        CalleeCall(call="b", number="+8", try_number=1, callee="people", called_at=2),
    ]


def test_a_restarted_switch_goes_on_counting_tries(tmp_path: Path) -> None:
    path = tmp_path / "callees.jsonl"
    log = CalleeLog(path)
    log.called(at=1, call="a", number="+7", try_number=1, callee="x")
    log.called(at=2, call="b", number="+7", try_number=2, callee="x")
    log.close()
    assert CalleeLog(path).tries["+7"] == 2


def test_a_call_made_twice_under_one_id_is_two_calls(tmp_path: Path) -> None:
    log = CalleeLog(tmp_path / "log")
    for at in (1, 5):
        log.called(at=at, call="a", number="+7", try_number=1, callee="x")
        log.over(at=at + 1, call="a", cause="USER_BUSY", by="callee", keys="", heard=[])
    log.close()
    assert [(call.called_at, call.ended_at) for call in read_callee_log(tmp_path / "log")] == [(1, 2), (5, 6)]


def test_a_line_torn_by_a_crash_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = CalleeLog(path)
    log.called(at=1, call="a", number="+7", try_number=1, callee="x")
    log.close()
    path.write_bytes(path.read_bytes() + b'{"event":"over","at":3,"call":"a","ca')
    assert [call.ended_at for call in read_callee_log(path)] == [None]


def test_endings_of_unknown_calls_are_left_out_and_no_file_is_no_calls(tmp_path: Path) -> None:
    log = CalleeLog(tmp_path / "log")
    log.answered(at=3, call="x")
    log.over(at=3, call="x", cause="", by="", keys="", heard=[])
    log.close()
    assert read_callee_log(tmp_path / "log") == []
    assert read_callee_log(tmp_path / "nosuch") == []
