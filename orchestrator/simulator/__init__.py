"""A switch that speaks the real event-socket protocol and runs the real scripts, against modelled callees."""
