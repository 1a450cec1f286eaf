"""Takes what OpenTelemetry sends by OTLP (HTTP, protobuf), and writes a line of JSON for each span and each metric. Arguments: port, file."""
import http.server
import json
import sys


def fields(data):
    """The fields of a protobuf message: number → values."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            size = varint() if kind == 2 else 8 if kind == 1 else 4
            value = data[at:at + size]
            at += size
        found.setdefault(key >> 3, []).append(value)
    return found


def attributes(message, number):
    """Those that are texts (AnyValue.string_value)."""
    pairs = [fields(pair) for pair in message.get(number, [])]
    return {pair[1][0].decode(): fields(pair[2][0])[1][0].decode() for pair in pairs if 1 in fields(pair[2][0])}


def read(path, body):
    """Resource → scope → spans or metrics (opentelemetry/proto/trace/v1, metrics/v1)."""
    for resource in map(fields, fields(body).get(1, [])):
        host = attributes(fields(resource[1][0]), 1).get("service.instance.id")
        for scope in map(fields, resource.get(2, [])):
            for item in map(fields, scope.get(2, [])):
                if path.endswith("/traces"):
                    yield {"host": host, "span": item[5][0].decode(), "trace": item[1][0].hex(), "id": item[2][0].hex(),
                           "parent": item.get(4, [b""])[0].hex(), "start": int.from_bytes(item[7][0], "little"), "failed": b"\x18\x02" in item.get(15, [b""])[0], "attributes": attributes(item, 9)}
                else:
                    yield {"host": host, "metric": item[1][0].decode(), "unit": item.get(3, [b""])[0].decode()}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])) if "Content-Length" in self.headers else b"".join(self.chunks())
        with open(sys.argv[2], "a", encoding="utf-8") as file:
            for line in read(self.path, body):
                file.write(json.dumps(line) + "\n")
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def chunks(self):
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("", int(sys.argv[1])), Handler).serve_forever()
