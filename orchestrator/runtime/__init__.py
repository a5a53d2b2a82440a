"""Carries out what the engine decides: the worker, launch, reconcile, settings."""
