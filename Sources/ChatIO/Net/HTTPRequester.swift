// Asks a server over HTTP and waits for the answer: for tools that have nothing else to do meanwhile.
// Invariant: each request has a connection of its own, and no part of it takes longer than its patience.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Glibc

/// Why there is no answer.
package enum HTTPRequestError: Error, Sendable {
    case cannotConnect(ConnectError)
    /// It took too long, or the connection broke.
    case lost(String)
    /// What came is no answer.
    case malformed(HTTPReplyError)
    /// Somebody wants no answer any more.
    case cancelled
}

/// Asks one server.
package struct HTTPRequester: Sendable {
    /// Time for the whole answer: more than a server gives itself.
    package static let patience = Limits.httpAnswer * 2
    private static let chunkBytes = 64 << 10

    package let endpoint: Endpoint
    /// Polled while waiting; nil: nothing ends the wait.
    private let cancel: WakePipe?

    package init(_ endpoint: Endpoint, cancel: WakePipe? = nil) {
        self.endpoint = endpoint
        self.cancel = cancel
    }

    /// Sends a request and reads its answer. When `cancel` is readable and `isCancelled`, which is to
    /// drain it, says so, there is none.
    package func send(
        _ call: HTTPCall, isCancelled: () -> Bool = { false }
    ) throws(HTTPRequestError) -> HTTPReply {
        var wasCancelled = false
        let connection: ServerConnection
        do throws(ConnectError) {
            connection = try .connect(
                to: endpoint, cancel: cancel,
                isCancelled: {
                    wasCancelled = wasCancelled || isCancelled()
                    return wasCancelled
                })
        } catch {
            throw wasCancelled ? .cancelled : .cannotConnect(error)
        }
        defer { connection.close() }
        var request = ByteBuffer()
        call.encode(host: endpoint.description, into: &request)
        return try converse(connection, request.storage[...], isCancelled)
    }

    private func converse(
        _ connection: ServerConnection, _ request: ArraySlice<UInt8>, _ isCancelled: () -> Bool
    ) throws(HTTPRequestError) -> HTTPReply {
        let deadline = SystemClock.instant() + HTTPRequester.patience
        var decoder = HTTPReplyDecoder()
        var input = ByteBuffer()
        var sending = request
        var chunk = [UInt8](repeating: 0, count: HTTPRequester.chunkBytes)
        do {
            while true {
                let ready = try wait(connection, sends: !sending.isEmpty, deadline, isCancelled)
                    .get()
                if ready.canSend, !sending.isEmpty {
                    switch connection.send(sending) {
                    case .bytes(let count): sending = sending.dropFirst(count)
                    case .wouldBlock, .closed: break
                    // What the server answered before it closed may still be there to read.
                    case .ended: sending = []
                    }
                }
                guard ready.canReceive else { continue }
                switch connection.receive(into: &chunk) {
                case .bytes(let count):
                    input.discardReadBytes()
                    input.write(chunk[..<count])
                    if let reply = try decoder.next(in: &input) { return reply }
                case .wouldBlock: break
                case .closed: return try decoder.end(in: &input)
                case .ended(let why): throw HTTPRequestError.lost(why)
                }
            }
        } catch let error as HTTPReplyError {
            throw .malformed(error)
        } catch {
            throw error as? HTTPRequestError ?? .lost("\(error)")
        }
    }

    private struct Readiness {
        let canSend: Bool
        let canReceive: Bool
    }

    private func wait(
        _ connection: ServerConnection, sends: Bool, _ deadline: Instant, _ isCancelled: () -> Bool
    ) -> Result<Readiness, HTTPRequestError> {
        let left = (deadline - SystemClock.instant()).wholeMilliseconds
        guard left > 0 else { return .failure(.lost("the server did not answer in time")) }
        var polled = [
            pollfd(
                fd: connection.descriptor, events: Int16(sends ? POLLIN | POLLOUT : POLLIN),
                revents: 0),
            pollfd(fd: cancel?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        guard poll(&polled, 2, Int32(clamping: left)) > 0 else {
            return .success(Readiness(canSend: false, canReceive: false))
        }
        if polled[1].revents != 0, isCancelled() { return .failure(.cancelled) }
        return .success(
            Readiness(
                canSend: polled[0].revents & Int16(POLLOUT) != 0,
                canReceive: polled[0].revents & ~Int16(POLLOUT) != 0))
    }
}
