// PRIVMSG, NOTICE and TAGMSG. CTCP ACTION becomes an action; every other CTCP is between IRC clients:
// nobody else sees it, and it is not kept.
// A labelled message is echoed by the session when it is acked, with its label; all other echoes come
// with everyone else's copy.
// RFC 2812 §3.3, https://ircv3.net/specs/extensions/{echo-message,labeled-response}
// SPDX-License-Identifier: GPL-3.0-or-later

extension IRCSession {
    mutating func say(
        _ kind: MessageKind, _ message: IRCMessage, _ reply: inout ByteBuffer
    ) -> SessionAction {
        let isNotice = kind == .notice
        guard let targets = message[0], !targets.isEmpty else {
            if !isNotice { numeric(.noRecipient, text: "No recipient given", into: &reply) }
            return .handled
        }
        var post = Post(to: .nick(""), kind: kind, text: "")
        if capabilities.contains(.messageTags) { post.clientTags = message.clientTags }
        post.echo = capabilities.contains(.echoMessage)
        if kind == .tags {
            // Nothing to pass on: not an error, the tags may be ones that stop here.
            guard !post.clientTags.isEmpty else { return .handled }
        } else {
            guard let text = message[1], !text.isEmpty else {
                if !isNotice { numeric(.noText, into: &reply) }
                return .handled
            }
            guard text.utf8.count <= Limits.maxMessageBytes else {
                numeric(.inputTooLong, text: IRCLengthLimit.message.text, into: &reply)
                return .handled
            }
            post.text = text
            if kind == .text, let action = IRCText.action(in: text) {
                post.kind = .action
                post.text = action
            } else if let ctcp = IRCText.ctcp(in: text) {
                // Marks with nothing between them mean nothing.
                guard !ctcp.isEmpty else { return .handled }
                post.kind = isNotice ? .ctcpReply : .ctcp
                post.text = ctcp
            }
        }
        guard targets.utf8.contains(UInt8(ascii: ",")) else {
            guard let request = request(post, to: targets, &reply) else { return .handled }
            return .request(request)
        }
        let names = targets.split(separator: ",")
        guard names.count <= IRCLimits.maxTargets else {
            if !isNotice { numeric(.tooManyTargets, targets, into: &reply) }
            return .handled
        }
        return send(names.compactMap { request(post, to: String($0), &reply) })
    }

    /// The request to post to one target, or nil after an error.
    private mutating func request(
        _ post: Post, to name: String, _ reply: inout ByteBuffer
    ) -> HubRequest? {
        var post = post
        if name.utf8.first == UInt8(ascii: "#") {
            guard let room = room(name) else {
                if post.kind != .notice, post.kind != .ctcpReply {
                    numeric(.noSuchChannel, name, into: &reply)
                }
                return nil
            }
            post.target = .room(room)
        } else {
            post.target = .nick(name)
        }
        var echo: Post?
        if current != nil {
            // Asks for an ack, which ends the labelled answer.
            nonces &+= 1
            post.nonce = "irc-" + String(nonces, radix: 36)
            echo = post.echo ? post : nil
            post.echo = false
        }
        let mark: IRCMark =
            switch post.kind {
            case .notice, .ctcpReply: .notice
            case .tags: .tags
            case .text, .action, .ctcp: .message
            }
        return request(.post(post), mark, echo: echo)
    }

    /// The room called `name`, remembered for the next time.
    private mutating func room(_ name: String) -> RoomName? {
        if let lastRoom, lastRoom.text == name { return lastRoom }
        guard let room = try? RoomName(name) else { return nil }
        lastRoom = room
        return room
    }
}
