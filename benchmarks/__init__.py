"""Speed, measured side by side with what it is compared to. `make bench` runs all of them."""
