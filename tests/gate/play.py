"""Play the random city of `machine` for as many steps as are wanted."""

import sys
from datetime import timedelta

from flask import Flask
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.gate.ground import one_connection
from tests.gate.machine import START, Authorizations, Scene
from tests.gate.stage import build_stage
from xinyidai.kernel import clock
from xinyidai.kernel.db import db

STEPS = 50  # of an example
ENOUGH = 10


def play(app: Flask, steps: int, *, first_seed: int = 1) -> Scene:
    """Play until this many steps were compared; raise what the first difference raises.

    And until `ENOUGH` looks were let through and as many refused: where nothing passes, nothing is
    compared. How many pass within a number of steps is chance, and the same seed draws otherwise
    when more of the product is loaded.
    """
    with app.app_context(), one_connection(app) as connection:
        with clock.at(START - timedelta(days=1)):
            stage = build_stage()
            db.session.commit()
        scene = Scene(connection, stage)
        machine = type("Machine", (Authorizations,), {"scene": scene})
        number = first_seed
        while scene.steps < steps or min(scene.looks, scene.refusals) < ENOUGH:
            examples = max(1, min(100, -(-(steps - scene.steps) // STEPS)))
            run_state_machine_as_test(seed(number)(machine), settings=_settings(examples))
            number += 1
            sys.stderr.write(f"gate_oracle: {min(scene.steps, steps)}/{steps}\n")
    return scene


def _settings(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # add Phase.shrink to look for the cause of a difference
        suppress_health_check=list(HealthCheck),
    )
