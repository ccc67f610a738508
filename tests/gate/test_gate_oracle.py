"""The real services against an independent model, step by step."""

from tests.gate import play

SAMPLE = 1_500


def test_product_and_model_agree_after_every_step(live):
    scene = play.play(live, SAMPLE)
    assert scene.steps >= SAMPLE
    assert min(scene.looks, scene.refusals) >= play.ENOUGH
