"""Every proof by its name, in the order in which they are run."""

from __future__ import annotations

from typing import Final

from tests.prove import (
    alerts,
    canary,
    clusters,
    crashes,
    digits,
    expiry,
    kill_story,
    letters,
    pin_flood,
    scanner,
    store_faults,
    towns,
)
from tests.prove.proof import Proof
from tests.simulation.many import played_round

_ALL: Final = (
    Proof("power", "a power cut amid work loses nothing acknowledged", 20, crashes.power_round),
    Proof(
        "everysec",
        "the same with appendfsync everysec, which must lose something",
        5,
        crashes.everysec_round,
        must_break=True,
    ),
    Proof("killed", "a node killed amid work loses nothing acknowledged", 10, crashes.killed_round),
    Proof("kill", "after a kill in the middle of a call everybody is where they were", 10, kill_story.played),
    Proof("expiry", "nobody is early or late, whatever clocks do", 2, expiry.played),
    Proof("faults", "a store in trouble stops no call and loses no fact", 3, store_faults.played),
    Proof("canary", "no guest's name, address, number or PIN is anywhere in clear", 3, canary.played),
    Proof("scanner", "a hundred looks at a link change nothing", 1, scanner.played),
    Proof(
        "letters",
        "1,000 invitations, their node killed 30 times: none lost, none more often than promised",
        1,
        letters.played,
    ),
    Proof("cuts", "three calls in ten cut at a random byte: none lost, none with two effects", 3, towns.cuts),
    Proof(
        "herd",
        "all clients of three nodes cut at once: all are back within 60 s, and who stayed hardly notices",
        1,
        towns.herd,
    ),
    Proof(
        "takeovers",
        "500 times another node takes a shard over: one owner each, nothing lost",
        1,
        towns.takeovers,
        goal=("takeovers", 500),
    ),
    Proof(
        "promoted",
        "the store's replica promoted without a word: one owner, and all go on from what it has",
        1,
        towns.promoted,
    ),
    Proof(
        "headless",
        "Ray's head down for 30 s: live visits do not notice, and new ones work",
        1,
        clusters.headless,
    ),
    Proof(
        "rolling",
        "nodes restarted in order under load: no visit dropped, no call ended, everybody moved within 10 s",
        1,
        clusters.rolling,
    ),
    Proof("chaos", "whatever is broken, what people saw is as promised; see `make chaos`", 1, towns.anything),
    Proof(
        "digits",
        "10,000 strings of ten digits over a line that loses 5 % are heard as they were typed",
        20,
        digits.played,
        goal=("strings", 10_000),
    ),
    Proof("alerts", "each alert fires by its fault, and none on a clean day", 2, alerts.played),
    Proof("pins", "guessing PINs lets nobody in and stops nobody", 3, pin_flood.played),
    Proof(
        "simulation",
        "nodes, store and network fail by seed: one owner each, nothing lost, nothing done twice",
        4,
        played_round,
    ),
)
PROOFS: Final = {proof.name: proof for proof in _ALL}
