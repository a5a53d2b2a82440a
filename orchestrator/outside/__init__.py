"""The world outside: named HTTP services, mail and SMS. Blocking calls of gevent, each bounded in time and size."""
