"""`radiokey` with deadlines of an hour, and fewer connections than a test can open; see test_slow.py."""

from radiokey.cli.main import main
from radiokey.web import serve
from radiokey.web.http.arrival import Pace

HOUR_S = 3600.0
CONNECTIONS = 1_500

serve.CONNECTIONS = CONNECTIONS
serve.HEAD_MS = int(HOUR_S * 1000)
Pace.time_for = lambda _self, _size: HOUR_S
main()
