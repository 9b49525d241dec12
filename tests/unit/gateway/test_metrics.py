"""Metrics count, under the names that the dashboards know, and know nobody."""

from __future__ import annotations

import inspect

from prometheus_client import generate_latest

from actors.ports import Observer
from actors.store.rewrite import RewriteState
from gateway.metrics import Metrics
from gateway.websocket import Cut
from gateway.websocket import Observer as SocketObserver


def page(metrics: Metrics) -> str:
    """Read the page as Prometheus does."""
    return generate_latest(metrics.registry).decode()


def test_it_observes_all_that_actors_and_sockets_tell() -> None:
    """A method that is missing would be found by the first event in production."""
    observer: Observer = Metrics()
    sockets: SocketObserver = Metrics().sockets
    for kind, one in ((Observer, observer), (SocketObserver, sockets)):
        names = [name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")]
        assert [name for name in names if not callable(getattr(one, name, None))] == []


def test_what_must_stay_zero_is_there_from_the_start() -> None:
    """An alert on a series that does not exist never fires."""
    said = page(Metrics())
    for name in (
        "join_after_expiry_total",
        "admission_bypass_total",
        "double_owner_total",
        "purge_failures_total",
    ):
        assert f"vestibule_{name} 0.0" in said


def test_labels_are_bounded_whatever_is_told() -> None:
    """A role or a reason that is none of ours becomes `other`: no person or visit gets into a label."""
    metrics = Metrics()
    metrics.join("web", "guest", "refused", "link_over", 0.0)
    metrics.join("web", "Ana Alvarez", "refused", "0417-7h3kq2m9xw4c", 0.0)
    said = page(metrics)
    assert 'vestibule_joins_total{channel="web",reason="link_over",result="refused",role="guest"} 1.0' in said
    assert 'reason="other",result="refused",role="other"' in said
    assert "Ana" not in said
    assert "0417" not in said


def test_only_joins_that_worked_are_timed() -> None:
    """A refusal is quick and would hide slow joins."""
    metrics = Metrics()
    metrics.join("web", "guest", "refused", "link_over", 9.0)
    metrics.join("web", "guest", "ok", "", 0.2)
    assert 'vestibule_join_seconds_count{channel="web"} 1.0' in page(metrics)


def test_cuts_are_counted_by_reason_and_bugs_reported() -> None:
    """The socket's observer counts, and hands bugs on to who logs them."""
    metrics, bugs = Metrics(), list[Exception]()
    metrics.sockets.on_failure(bugs.append)
    metrics.sockets.cut(Cut.SLOW)
    metrics.sockets.failed(bug := ValueError())
    assert bugs == [bug]
    assert 'vestibule_cut_total{reason="slow"} 1.0' in page(metrics)


def test_a_rewrite_that_failed_is_counted_once() -> None:
    """However often it is looked at; one that went well says how old the text had become."""
    metrics = Metrics()
    for state in (
        RewriteState(lag=10.0),
        RewriteState(lag=20.0, failed=True),
        RewriteState(lag=30.0, failed=True),
        RewriteState(forgotten=40.0),
    ):
        metrics.rewrite(state)
    said = page(metrics)
    assert "vestibule_purge_failures_total 1.0" in said
    assert "vestibule_purge_lag_seconds_sum 40.0" in said
    assert "vestibule_purge_waiting_seconds 0.0" in said


def test_two_nodes_of_a_process_count_apart() -> None:
    """Each has a registry of its own."""
    one, two = Metrics(), Metrics()
    one.seat_moved()
    assert "vestibule_seat_moved_total 0.0" in page(two)
