"""Dialplan and configuration for a switch, from the templates in freeswitch/conf."""
