"""A gRPC client that knows nothing of Yadokari but two names of metadata. Usage: counting.py ADDRESS CLIENT

Adds the keys CLIENT-1, CLIENT-2, … one after the other, each exactly once, and prints each answer, until its
standard input ends. A call that the service says it has not run (UNAVAILABLE) is made again under its number.
"""
import select
import sys

import grpc


def encode(key):
    return b"\x0a" + bytes([len(key)]) + key.encode()


def connect(address):
    channel = grpc.insecure_channel(address)
    return channel.unary_unary("/counter.Counter/Add", request_serializer=encode, response_deserializer=lambda reply: reply[1])


def main():
    address, client = sys.argv[1:]
    add = connect(address)
    number = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        number += 1
        while True:
            metadata = [("yado-client", client), ("yado-call", str(number)), ("yado-acknowledged", str(number))]
            try:
                print(number, add(f"{client}-{number}", metadata=metadata, timeout=20), flush=True)
                break
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE:
                    raise
                moved = dict(error.trailing_metadata() or ()).get("yado-moved")
                if moved:
                    add = connect(moved)


main()
