// What `chatkit join` was asked to do, validated.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO

/// Everything `join` needs to know.
package struct JoinConfiguration: Sendable {
    package enum ColorChoice: String, Sendable, CaseIterable { case auto, always, never }

    package var server: Endpoint
    /// nil: the user's login name, or what the server gives.
    package var nick: String?
    /// Empty: the lobby.
    package var rooms: [RoomName]
    /// Sent with `hello` when any field is given (`--name --student-id --github`).
    package var profile: Profile
    /// Events as JSON lines on standard output; JSON or plain lines on standard input.
    package var json: Bool
    /// Post these, in order, and exit when each is acked.
    package var send: [String]
    /// How long to go on listening after the end of standard input.
    package var linger: Duration
    /// The first message wanted, from before one came in too.
    package var since: MessagePoint?
    /// The last message wanted; then the program ends.
    package var until: MessagePoint?
    /// Go on with what is said when what there is was shown.
    package var follow: Bool
    /// Look for this, show what is found, and exit.
    package var search: String?
    /// Show a room's newest messages on coming in.
    package var history: Bool
    package var color: ColorChoice
    /// Try again after a lost connection.
    package var reconnect: Bool
    /// For an operator of a desk.
    package var login: OperatorLogin?
    /// Ring the terminal's bell when a visitor comes, or writes unseen.
    package var bell: Bool
    package var version: String

    package init(
        server: Endpoint = Endpoint(host: "127.0.0.1", port: 12000), nick: String? = nil,
        rooms: [RoomName] = [], profile: Profile = Profile(), json: Bool = false,
        send: [String] = [], linger: Duration = .zero, since: MessagePoint? = nil,
        until: MessagePoint? = nil, follow: Bool = true, search: String? = nil,
        history: Bool = true, color: ColorChoice = .auto, reconnect: Bool = true,
        login: OperatorLogin? = nil, bell: Bool = true, version: String = "0"
    ) {
        self.server = server
        self.nick = nick
        self.rooms = rooms
        self.profile = profile
        self.json = json
        self.send = send
        self.linger = linger
        self.since = since
        self.until = until
        self.follow = follow
        self.search = search
        self.history = history
        self.color = color
        self.reconnect = reconnect
        self.login = login
        self.bell = bell
        self.version = version
    }
}

/// What makes a client an operator's.
package struct OperatorLogin: Sendable {
    /// The operators' password; nil: it is asked for at the terminal.
    package var password: Secret?
    package var canned: CannedReplies

    package init(password: Secret?, canned: CannedReplies = CannedReplies()) {
        self.password = password
        self.canned = canned
    }

    /// What the client model is given: the password stays where it is wiped.
    var access: OperatorAccess {
        OperatorAccess(canned: canned) { [password] in
            password?.withBytes { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }
}

extension JoinConfiguration {
    /// Whether it ends by itself, without being told anything on standard input.
    var isErrand: Bool { !send.isEmpty || search != nil || !follow }
}
