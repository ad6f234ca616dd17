// chatkit-echo [--port N] [--deflate]: a WebSocket server that sends every message back, for the
// public conformance suite (Tests/Autobahn). A development program: blocking sockets, one thread a
// connection, limits as high as the suite needs them.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import Glibc

func fail(_ message: String) -> Never {
    var text = "chatkit-echo: \(message)\n"
    text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    exit(64)
}

var port: UInt16 = 9001
var deflates = WebSocketPolicy.Deflate.off
var rest = CommandLine.arguments.dropFirst()
while let argument = rest.popFirst() {
    switch argument {
    case "--port":
        guard let value = rest.popFirst().flatMap({ UInt16($0) }) else {
            fail("--port takes a number")
        }
        port = value
    case "--deflate": deflates = .on
    default: fail("unknown option: \(argument): --port N and --deflate are what there is")
    }
}

signal(SIGPIPE, SIG_IGN)
let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
var on: Int32 = 1
setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
var address = sockaddr_in()
var size = socklen_t(MemoryLayout<sockaddr_in>.size)
address.sin_family = sa_family_t(AF_INET)
address.sin_port = port.bigEndian
address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
let isListening = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 64) == 0
            && getsockname(listener, $0, &size) == 0
    }
}
guard isListening else { fail("cannot listen: \(port): \(Resources.describe(errno))") }
print("listening on 127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
fflush(nil)

let policy = WebSocketPolicy(deflate: deflates)
while true {
    let descriptor = accept(listener, nil, nil)
    guard descriptor >= 0 else { continue }
    let thread = Thread(name: "echo") {
        var connection = EchoConnection(descriptor: descriptor)
        connection.run(policy)
        close(descriptor)
    }
    if thread == nil { close(descriptor) }
}
