"""One suite for the simulated switch and a real FreeSWITCH: what the product relies on, it must find in both."""
