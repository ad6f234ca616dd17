// A connection as a carrier: a poll that waits for its answer, or a WebSocket full of packets.
// SPDX-License-Identifier: GPL-3.0-or-later
import CLibuv
import CSystem
import ChatCore
import Glibc

extension Connection {
    /// Its name as a carrier.
    var carrierID: CarrierID { CarrierID(raw: id.raw) }

    /// The Engine.IO session has answered the request.
    func answer(_ answer: EngineIOAnswer) {
        tell { session.answer(answer, now: loop.now, into: &$0) }
        loop.goOn(self)
    }

    /// Writes packets, each ended by a separator, as text messages.
    func tell(packets: [UInt8]) {
        tell { out in
            out.writeFrames(.text, lineEnd: EngineIOPacket.separator) { $0.write(packets) }
        }
    }

    /// Ends the WebSocket from this side; an HTTP connection has nothing to end.
    func closeSocket() {
        guard state == .open else { return }
        tell { session.encode(.bye(Bye(.quit)), tag: .none, now: loop.now, into: &$0) }
        isDismissed = true
        leave(.quit(""))
    }

    /// The client that it carries takes nothing now: what comes over this WebSocket waits.
    func hold() {
        isAwaiting = true
        isDeferred = true
    }

    /// The client takes messages again.
    func release() {
        guard isDeferred else { return }
        isDeferred = false
        loop.awaiting.append(self)
    }

    // MARK: - Changing loops

    /// A descriptor of its own for the socket, when everything is sent that is owed; nil otherwise.
    func takeDescriptor() -> Int32? {
        guard state == .open, !hasEnded, !isBroken else { return nil }
        flush()
        guard outbox.isEmpty, bytesInFlight == 0, state == .open else { return nil }
        var descriptor: Int32 = -1
        let handle = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        guard uv_fileno(handle, &descriptor) == 0 else { return nil }
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        return copy >= 0 ? copy : nil
    }

    /// The socket goes on elsewhere: this end of it is forgotten without a word.
    func abandon() {
        uv_read_stop(stream)
        close()
    }

    /// Goes on after a change of loops, with the request that it was changed for.
    func goOn(with input: EngineIOInput, leftover bytes: ByteBuffer) {
        leftover = bytes
        isAwaiting = true
        isOwedAnswer = session.awaitsAnswer
        carried = input
        loop.awaiting.append(self)
    }
}
