"""The floor of the plug: a DoIP server that knows one answer, with a thread for each tester.

`python plug_floor.py PORT` activates every tester and answers every message with the VIN. It checks nothing.
"""

import socket
import struct
import sys
import threading

ANSWER = b"\x62\xf1\x90SJNFAAN16U0123456"


def serve(link: socket.socket) -> None:
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream = link.makefile("rb")
    while head := stream.read(8):
        kind, length = struct.unpack(">2xHI", head)
        payload = stream.read(length)
        if kind == 0x0005:
            link.sendall(struct.pack(">BBHI2sHB4x", 2, 0xFD, 6, 9, payload[:2], 0x00E0, 0x10))
        else:
            back = payload[2:4] + payload[:2]
            acknowledge = struct.pack(">BBHI4sB", 2, 0xFD, 0x8002, 5, back, 0)
            link.sendall(
                acknowledge + struct.pack(">BBHI4s", 2, 0xFD, 0x8001, 4 + len(ANSWER), back) + ANSWER
            )


def main(port: int) -> None:
    listening = socket.create_server(("127.0.0.1", port))
    while True:
        link, _ = listening.accept()
        threading.Thread(target=serve, args=(link,), daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
