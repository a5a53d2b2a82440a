"""Property tests have no deadline: a busy machine is not a broken rule."""

from hypothesis import settings

settings.register_profile("prozvon", deadline=None)
settings.load_profile("prozvon")
