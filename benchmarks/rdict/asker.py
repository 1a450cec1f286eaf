"""An ordinary HTTP client with one connection: for each line of input one call, made again where a redirect leads."""
import http.client
import sys
import urllib.parse


def main():
    place, connection = sys.argv[1], None
    for _ in sys.stdin:
        while True:
            connection = connection or http.client.HTTPConnection(place, timeout=30)
            try:
                connection.request("GET", "/lookup/apple")
                answer = connection.getresponse()
                text = answer.read().decode()
            except (ConnectionError, http.client.RemoteDisconnected):
                # A lookup may be made twice: the connection had gone before the call.
                connection = None
                continue
            if answer.status != 307:
                break
            place, connection = urllib.parse.urlparse(answer.headers["Location"]).netloc, None
        print(answer.status, text, place, flush=True)


if __name__ == "__main__":
    main()
