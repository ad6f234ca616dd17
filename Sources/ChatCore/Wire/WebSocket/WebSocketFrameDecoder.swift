// Bytes of a client to whole messages and control frames. Payload is unmasked, checked and kept as it
// comes, so text fails at its first bad byte and no byte is looked at twice; a frame that would make
// its message too big fails by its head. Invariant: what comes out does not depend on how the bytes
// were cut, and no more than the limit is ever kept.
// RFC 6455 §5, §8.1; RFC 7692 §6 (one message at a time, no context taken over).
// SPDX-License-Identifier: GPL-3.0-or-later

/// A whole message.
package struct WebSocketMessage: Hashable, Sendable {
    package enum Kind: Hashable, Sendable { case text, binary }

    package let kind: Kind
    /// The payload; well-formed UTF-8 when it is text.
    package let bytes: [UInt8]

    package init(_ kind: Kind, _ bytes: [UInt8]) {
        self.kind = kind
        self.bytes = bytes
    }
}

/// What a client has sent.
package enum WebSocketEvent: Hashable, Sendable {
    case message(WebSocketMessage)
    case ping([UInt8])
    case pong([UInt8])
    /// nil: without a code.
    case close(WebSocketClose?)
}

/// Inflates the messages of a connection that negotiated permessage-deflate.
package protocol WebSocketInflater: Sendable {
    /// The bytes that `payload`, one message without the four bytes that its last block ends with
    /// (RFC 7692 §7.2.2), was made of.
    /// - Throws: `.badCompression`, or `.messageTooBig` as soon as there are more than `limit`.
    func inflate(_ payload: [UInt8], limit: Int) throws(WebSocketError) -> [UInt8]
}

/// Decodes a client's frames.
package struct WebSocketFrameDecoder: Sendable {
    /// Longest message, in bytes: the sum of its frames, and what it inflates to.
    private let maxMessageBytes: Int
    private let maxFragments: Int
    /// nil: RSV1 was not negotiated.
    private let inflater: (any WebSocketInflater)?

    /// The message whose frames are coming in.
    private struct Message {
        let kind: WebSocketMessage.Kind
        let isCompressed: Bool
        var fragments = 0
        var bytes: [UInt8] = []
        var validator = UTF8Validator()
    }

    /// What is left of a data frame whose head was read.
    private struct Payload {
        var missing: Int
        var mask: WebSocketMask
        let isFinal: Bool
    }

    private var message: Message?
    /// Not nil only within a message.
    private var payload: Payload?
    /// A Close or an error has come out: nothing follows it.
    private var isFinished = false

    /// Limits are in bytes and in frames a message.
    package init(
        maxMessageBytes: Int = Limits.maxWebSocketMessageBytes,
        maxFragments: Int = Limits.maxWebSocketFragments,
        inflater: (any WebSocketInflater)? = nil
    ) {
        self.maxMessageBytes = maxMessageBytes
        self.maxFragments = maxFragments
        self.inflater = inflater
    }

    /// Takes the next message or control frame. nil: more is needed; all payload there was is taken
    /// then, and at most a head or a control frame that is not whole stays in `input`. After a Close
    /// or an error there is nothing more: what still comes is dropped.
    package mutating func next(
        in input: inout ByteBuffer
    ) throws(WebSocketError) -> WebSocketEvent? {
        guard !isFinished else {
            input.skip(input.readableBytes)
            return nil
        }
        do throws(WebSocketError) {
            let event = try read(&input)
            if case .close = event { finish(&input) }
            return event
        } catch {
            finish(&input)
            throw error
        }
    }

    private mutating func finish(_ input: inout ByteBuffer) {
        isFinished = true
        message = nil
        payload = nil
        input.skip(input.readableBytes)
    }

    private mutating func read(
        _ input: inout ByteBuffer
    ) throws(WebSocketError) -> WebSocketEvent? {
        while true {
            if payload == nil {
                guard let head = try head(in: input) else { return nil }
                if head.kind.opcode.isControl { return try control(head, &input) }
                input.skip(head.size)
                begin(head)
            }
            try takePayload(&input)
            guard let payload, payload.missing == 0 else { return nil }
            self.payload = nil
            if payload.isFinal { return try .message(finishMessage()) }
        }
    }

    // MARK: - Data frames

    /// The next frame's head, held against the frames before it.
    private func head(in input: ByteBuffer) throws(WebSocketError) -> WebSocketFrameHead? {
        guard let first = input.peek() else { return nil }
        let kind = try WebSocketFrameHead.Kind(first)
        if kind.isCompressed {
            // Only on a message's first frame (RFC 7692 §6.1).
            let mayBe = kind.opcode == .text || kind.opcode == .binary
            guard mayBe, inflater != nil else { throw .reservedBits }
        }
        switch kind.opcode {
        case .continuation:
            guard let message else { throw .nothingToContinue }
            guard message.fragments < maxFragments else { throw .tooManyFragments }
        case .text, .binary:
            guard message == nil else { throw .unfinishedMessage }
        case .close, .ping, .pong: break
        }
        let room = maxMessageBytes - (message?.bytes.count ?? 0)
        return try WebSocketFrameHead(kind, in: input, room: room)
    }

    private mutating func begin(_ head: WebSocketFrameHead) {
        if head.kind.opcode != .continuation {
            message = Message(
                kind: head.kind.opcode == .text ? .text : .binary,
                isCompressed: head.kind.isCompressed)
        }
        message?.fragments += 1
        payload = Payload(missing: head.length, mask: head.mask, isFinal: head.kind.isFinal)
    }

    /// Takes what there is of the frame's payload.
    private mutating func takePayload(_ input: inout ByteBuffer) throws(WebSocketError) {
        guard var payload, var message else { return }
        let count = min(payload.missing, input.readableBytes)
        guard count > 0 else { return }
        // Taken out, so that the bytes have one owner and are not copied.
        self.message = nil
        let start = message.bytes.count
        input.withReadable {
            message.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
        input.skip(count)
        let isGood = message.bytes.withUnsafeMutableBytes { bytes in
            let new = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            payload.mask.remove(from: new)
            guard message.kind == .text, !message.isCompressed else { return true }
            return message.validator.accepts(UnsafeRawBufferPointer(new))
        }
        guard isGood else { throw .badText }
        payload.missing -= count
        self.message = message
        self.payload = payload
    }

    private mutating func finishMessage() throws(WebSocketError) -> WebSocketMessage {
        guard let message else { throw .nothingToContinue }
        self.message = nil
        if message.isCompressed, let inflater {
            let bytes = try inflater.inflate(message.bytes, limit: maxMessageBytes)
            guard bytes.count <= maxMessageBytes else { throw .messageTooBig }
            guard message.kind == .binary || UTF8Validator.isText(bytes) else { throw .badText }
            return WebSocketMessage(message.kind, bytes)
        }
        guard message.validator.isComplete else { throw .badText }
        return WebSocketMessage(message.kind, message.bytes)
    }

    // MARK: - Control frames

    /// Takes a control frame when all of it is there: it is short.
    private func control(
        _ head: WebSocketFrameHead, _ input: inout ByteBuffer
    ) throws(WebSocketError) -> WebSocketEvent? {
        guard input.readableBytes >= head.size + head.length else { return nil }
        input.skip(head.size)
        guard let masked = input.read(head.length) else { return nil }
        var bytes = Array(masked)
        var mask = head.mask
        bytes.withUnsafeMutableBytes { mask.remove(from: $0) }
        switch head.kind.opcode {
        case .ping: return .ping(bytes)
        case .pong: return .pong(bytes)
        default: return try .close(close(bytes))
        }
    }

    /// RFC 6455 §5.5.1.
    private func close(_ bytes: [UInt8]) throws(WebSocketError) -> WebSocketClose? {
        guard let first = bytes.first else { return nil }
        guard bytes.count >= 2 else { throw .oneByteClose }
        guard let code = WebSocketCloseCode(UInt16(first) << 8 | UInt16(bytes[1])) else {
            throw .badCloseCode
        }
        let reason = Array(bytes.dropFirst(2))
        guard UTF8Validator.isText(reason) else { throw .badCloseReason }
        return WebSocketClose(code, String(decoding: reason, as: UTF8.self))
    }
}
