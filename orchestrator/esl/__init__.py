"""The FreeSWITCH event socket."""
