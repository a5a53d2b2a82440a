"""The HTTP API: one router module per subject, put together by `app.app_of`."""
