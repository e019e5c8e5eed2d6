"""
The `websockets` of Python as the server and as the client of the cases in `interop_cases.ts`.

`python_peer.py serve` prints its port and serves until its input ends. `python_peer.py connect` obeys its input, a line
of JSON at a time, and prints the outcome of each as one. For the releases that Debian has: before and since version 14,
where the interface of a server changed.
"""

import asyncio
import base64
import http
import json
import sys

import websockets

OPTIONS = {"max_size": 2**24, "ping_interval": None}
IS_NEW = int(websockets.__version__.split(".")[0]) >= 14
REFUSAL = (http.HTTPStatus.UNAUTHORIZED, [("WWW-Authenticate", "Bearer")], b"who are you?")


async def open_input():
    reader = asyncio.StreamReader(limit=2**26)
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    return reader


async def handle(socket):
    path = socket.request.path if IS_NEW else socket.path
    if path == "/ping":
        await (await socket.ping())
        await socket.send("pong")
    try:
        async for message in socket:
            if path == "/close":
                await socket.close(4001, "enough")
            else:
                await socket.send(message)
    except websockets.ConnectionClosed:
        pass  # By any other code than 1000.


async def process_request(*given):
    """The path and the fields in old releases, the connection and the request in new ones."""
    if IS_NEW:
        connection, request = given
        return connection.respond(REFUSAL[0], REFUSAL[2].decode()) if request.path == "/refuse" else None
    return REFUSAL if given[0] == "/refuse" else None


def select_subprotocol(*given):
    """The offered and the known ones in old releases, the connection and the offered ones in new ones."""
    return "chat" if "chat" in given[1 if IS_NEW else 0] else None


async def serve():
    options = {
        **OPTIONS,
        "subprotocols": ["chat"],
        "select_subprotocol": select_subprotocol,
        "process_request": process_request,
    }
    async with websockets.serve(handle, "127.0.0.1", 0, **options) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await (await open_input()).read()


async def perform(sockets, name, verb, arguments):
    if verb == "connect":
        url, protocols = arguments
        try:
            sockets[name] = await websockets.connect(url, subprotocols=protocols or None, **OPTIONS)
        except websockets.InvalidHandshake:
            return None
        return sockets[name].subprotocol or ""
    socket = sockets[name]
    if verb == "text":
        await socket.send(arguments[0])
    elif verb == "bytes":
        message, part = base64.b64decode(arguments[0]), 2**16
        parts = [message[at : at + part] for at in range(0, len(message), part)]
        await socket.send(message if len(message) < 2**20 else parts)
    elif verb == "receive":
        message = await socket.recv()
        return message if isinstance(message, str) else [base64.b64encode(message).decode()]
    elif verb == "ping":
        await (await socket.ping())
    elif verb == "close":
        await socket.close(*arguments)
    elif verb == "closed":
        await socket.wait_closed()
        return [socket.close_code, socket.close_reason]


async def connect():
    reader, sockets = await open_input(), {}
    while line := await reader.readline():
        name, verb, arguments = json.loads(line)
        print(json.dumps(await perform(sockets, name, verb, arguments)), flush=True)


asyncio.run(serve() if sys.argv[1] == "serve" else connect())
