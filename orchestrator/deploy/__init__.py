"""Puts onto a switch what it runs, whole or not at all: releases, programs and sounds; and goes back."""
