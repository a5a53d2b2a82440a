"""Contacts that come in by themselves: from folders where lists are dropped, from services that are asked for them."""
