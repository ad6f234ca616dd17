// Arriving, names, profiles, away and leaving.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import Testing

@Suite("Hub: people")
struct HubPeopleTests {
    @Test("who registers is welcomed, enters the lobby and is announced there")
    func register() throws {
        var scene = HubScene()
        #expect(
            try scene.arrive("ann") == [
                "ann: welcome ann s", "ann enters r1", "*: joined #lobby ann",
                "ann: entered #lobby [ann] last 0",
            ])
        #expect(
            try scene.arrive("bob") == [
                "bob: welcome bob s", "bob enters r1", "*: joined #lobby bob",
                "bob: entered #lobby [ann bob] last 0",
            ])
    }

    @Test("who asks for rooms enters those, and for none enters none")
    func registerWithRooms() throws {
        var scene = HubScene()
        #expect(
            try scene.arrive("ann", rooms: ["#b", "#a"]) == [
                "ann: welcome ann s",
                "ann enters r1", "*: joined #b ann", "ann: entered #b [ann] last 0",
                "ann enters r2", "*: joined #a ann", "ann: entered #a [ann] last 0",
            ])
        #expect(try scene.arrive("bob", rooms: []) == ["bob: welcome bob s"])
    }

    @Test("a room named twice is entered once")
    func sameRoomTwice() throws {
        var scene = HubScene()
        let told = try scene.arrive("ann", rooms: ["#a", "#A"])
        #expect(told.filter { $0.contains("enters") } == ["ann enters r1"])
    }

    @Test("a nick belongs to one client, in any case")
    func takenNick() throws {
        var scene = HubScene()
        try scene.arrive("ann", nick: "Jörg")
        #expect(try scene.arrive("bob", nick: "JÖRG") == ["bob: error nick_taken"])
        #expect(try scene.arrive("bob", nick: "jo\u{308}rg") == ["bob: error nick_taken"])
        #expect(scene.hub.currentStatistics.people == 1)
        #expect(try scene.arrive("bob").first == "bob: welcome bob s")
    }

    @Test("a nick is free again when its owner has left or changed it")
    func freedNick() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        scene.ask("ann", .rename(try Nickname("anna")))
        #expect(try scene.arrive("bob", nick: "ann").first == "bob: welcome ann s")
        scene.ask("bob", .quit(.disconnected))
        #expect(try scene.arrive("cat", nick: "Ann").first == "cat: welcome Ann s")
    }

    @Test("who gives no name is client#1, client#2 and so on, past names that are taken")
    func guests() throws {
        var scene = HubScene()
        let nameless = HubCommand.register(
            Registration(nick: nil, user: "u", host: "h", rooms: []))
        #expect(scene.ask("a", nameless) == ["a: welcome client#1 "])
        try scene.arrive("b", nick: "CLIENT#2", rooms: [])
        #expect(scene.ask("c", nameless) == ["c: welcome client#3 "])
        scene.ask("a", .quit(.disconnected))
        #expect(scene.ask("d", nameless) == ["d: welcome client#4 "])
    }

    @Test("registering twice is refused and changes nothing")
    func registerTwice() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(try scene.arrive("ann", nick: "other") == ["ann: error already_registered"])
        #expect(scene.ask("ann", .whois("ann")) == ["ann: whois ann [\"#lobby\"] - - idle 0"])
    }

    @Test("whoever has not registered may ask for nothing, and rate by a ticket alone")
    func strangers() throws {
        var scene = HubScene()
        let lobby = RoomName.lobby
        let rating = try #require(Rating(stars: 5))
        let commands: [HubCommand] = [
            .post(Post(to: .room(lobby), text: "x")), .join(lobby), .leave(lobby, word: ""),
            .rename(try Nickname("x")), .names(lobby), .rooms, .whois("x"), .who("#lobby"),
            .history(HistoryRequest(room: lobby)), .profile(Profile()), .topic(lobby, set: "x"),
            .away("x"), .present(["x"]), .statistics, .rate(rating, ticket: nil),
        ]
        for command in commands {
            #expect(scene.ask("ann", command, label: "l") == ["ann@l: error not_registered"])
        }
        #expect(scene.ask("ann", .rate(rating, ticket: "x")) == ["ann: error bad_ticket"])
        #expect(scene.ask("ann", .relay([1, 2])) == ["ann: raw 2"])
        #expect(scene.ask("ann", .quit(.disconnected)) == ["ann closes"])
    }

    // MARK: - Renaming

    @Test("a new nick is told to everyone in the room once, the renamed one too")
    func rename() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        #expect(
            scene.ask("ann", .rename(try Nickname("anna")), label: "l") == [
                "*: renamed ann anna", "ann@l: renamed anna",
            ])
        #expect(try scene.people("#lobby", askedBy: "bob").contains("[anna bob]"))
        #expect(scene.ask("bob", .whois("ann")) == ["bob: error no_such_nick"])
    }

    @Test("one's own nick may change its case; the same nick again is nothing")
    func renameCase() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(
            scene.ask("ann", .rename(try Nickname("ANN"))) == [
                "*: renamed ann ANN", "ann: renamed ANN",
            ])
        #expect(scene.ask("ann", .rename(try Nickname("ANN"))) == ["ann: done"])
        #expect(try scene.arrive("bob", nick: "ann") == ["bob: error nick_taken"])
    }

    @Test("a nick that somebody has cannot be taken by renaming")
    func renameToTaken() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        #expect(scene.ask("ann", .rename(try Nickname("BOB"))) == ["ann: error nick_taken"])
        #expect(scene.ask("bob", .whois("ann")).first?.contains("whois ann") == true)
    }

    @Test("people who share several rooms with somebody are told once")
    func toldOnce() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a", "#b", "#c"])
        try scene.arrive("bob", rooms: ["#a", "#b"])
        try scene.arrive("cat", rooms: ["#c"])
        try scene.arrive("dan", rooms: ["#d"])
        let renamed = scene.ask("ann", .rename(try Nickname("anna")))
        #expect(
            renamed == ["ann,bob: renamed ann anna", "cat: renamed ann anna", "ann: renamed anna"])
        let away = scene.ask("ann", .away("tea"))
        #expect(away.sorted() == ["ann,bob: away anna tea", "ann: away tea", "cat: away anna tea"])
        let left = scene.ask("ann", .quit(.quit("ciao")))
        #expect(
            left == [
                "ann exits r1", "ann exits r2", "ann exits r3", "bob: left #a,#b anna quit ciao",
                "cat: left #c anna quit ciao", "ann closes",
            ])
    }

    @Test("somebody who is in no room is still told its own new nick")
    func renameAlone() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: [])
        #expect(
            scene.ask("ann", .rename(try Nickname("anna"))) == [
                "ann: renamed ann anna", "ann: renamed anna",
            ])
        #expect(scene.ask("ann", .away("x")) == ["ann: away x"])
        #expect(scene.ask("ann", .quit(.disconnected)) == ["ann closes"])
    }

    // MARK: - Leaving

    @Test("who quits is announced to those who stay, not to itself")
    func quit() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        #expect(
            scene.ask("ann", .quit(.closed(.slowConsumer))) == [
                "ann exits r1", "*: left #lobby ann slow_consumer slow consumer", "ann closes",
            ])
        #expect(scene.ask("ann", .quit(.disconnected)) == ["ann closes"])
        #expect(try scene.people("#lobby", askedBy: "bob").contains("[bob]"))
    }

    // MARK: - Away, whois, who, present

    @Test("being away is told to the rooms when it changes, and is shown in lists")
    func away() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        #expect(scene.ask("ann", .away("tea")) == ["ann: away tea", "*: away ann tea"])
        #expect(scene.ask("ann", .away("tea")) == ["ann: away tea"])
        #expect(try scene.people("#lobby", askedBy: "bob").contains("[ann(away) bob]"))
        #expect(scene.ask("ann", .away("lunch")) == ["ann: away lunch", "*: away ann lunch"])
        #expect(scene.ask("ann", .away("")) == ["ann: away -", "*: away ann -"])
        #expect(scene.ask("ann", .away(nil)) == ["ann: away -"])
        let long = scene.ask("ann", .away(String(repeating: "x", count: 1000))).first ?? ""
        #expect(long.utf8.count == "ann: away ".utf8.count + Limits.maxAwayBytes)
    }

    @Test("a private message to somebody who is away says so, a notice does not")
    func awayAnswer() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        try scene.arrive("bob")
        scene.ask("bob", .away("tea"))
        let told = scene.ask("ann", .post(Post(to: .nick("bob"), text: "hi")))
        #expect(told.contains("ann: is away bob tea"))
        let notice = scene.ask("ann", .post(Post(to: .nick("bob"), kind: .notice, text: "hi")))
        #expect(!notice.contains { $0.contains("is away") })
    }

    @Test("whois tells rooms, card, away text and how long nothing was said")
    func whois() throws {
        var scene = HubScene()
        try scene.arrive("ann", rooms: ["#a", "#b"])
        try scene.arrive("bob")
        scene.ask("ann", .profile(Profile(name: "Ann A.")))
        scene.ask("ann", .away("tea"))
        scene.now = Timestamp(milliseconds: 6000)
        #expect(
            scene.ask("bob", .whois("ANN"), label: "l") == [
                "bob@l: whois ann [\"#a\", \"#b\"] tea Ann A. idle 5000"
            ])
        try scene.say("ann", "hello", in: "#a")
        #expect(scene.ask("bob", .whois("ann")).first?.hasSuffix("idle 0") == true)
        scene.now = Timestamp(milliseconds: 0)
        #expect(scene.ask("bob", .whois("ann")).first?.hasSuffix("idle 0") == true)
        #expect(scene.ask("bob", .whois("nobody")) == ["bob: error no_such_nick"])
        #expect(scene.ask("bob", .whois("")) == ["bob: error no_such_nick"])
    }

    @Test("who lists a room's people or one person; nobody is an empty answer")
    func who() throws {
        var scene = HubScene()
        try scene.arrive("bob", rooms: ["#b"])
        try scene.arrive("ann", rooms: ["#a", "#b"])
        try scene.arrive("cat", rooms: [])
        #expect(scene.ask("cat", .who("#B")) == ["cat: who #B #b/ann #b/bob"])
        #expect(scene.ask("cat", .who("Ann")) == ["cat: who Ann #a/ann"])
        #expect(scene.ask("cat", .who("cat")) == ["cat: who cat -/cat"])
        for query in ["#none", "nobody", "#", "", "#a b"] {
            #expect(scene.ask("cat", .who(query)) == ["cat: who \(query)"])
        }
    }

    @Test("presence is asked of at most 64 nicks")
    func present() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(scene.ask("ann", .present(["x", "ANN", "y"])) == ["ann: present 3: ann"])
        let many = Array(repeating: "x", count: Limits.maxNicksAsked) + ["ann"]
        #expect(scene.ask("ann", .present(many)) == ["ann: present \(many.count): "])
        #expect(scene.ask("ann", .present([])) == ["ann: present 0: "])
    }

    // MARK: - Profiles

    @Test("a profile is kept, told to its owner and handed out for printing")
    func profile() throws {
        var scene = HubScene()
        try scene.arrive("ann")
        let card = Profile(name: "Ann", studentID: "7", github: "ann")
        #expect(scene.ask("ann", .profile(card)) == ["ann: profile Ann"])
        #expect(scene.profiles == ["ann/Ann/7/ann"])
        let hello = Registration(
            nick: try Nickname("bob"), user: "u", host: "h", profile: card, rooms: [])
        scene.ask("bob", .register(hello))
        #expect(scene.profiles == ["ann/Ann/7/ann", "bob/Ann/7/ann"])
    }

    @Test("an empty profile at the arrival is none")
    func emptyProfile() throws {
        var scene = HubScene()
        let hello = Registration(
            nick: try Nickname("bob"), user: "u", host: "h", profile: Profile(), rooms: [])
        #expect(scene.ask("bob", .register(hello)) == ["bob: welcome bob "])
        #expect(scene.profiles.isEmpty)
    }

    @Test(
        "profile fields have no controls and at most 256 bytes",
        arguments: [
            Profile(name: String(repeating: "x", count: 257)), Profile(studentID: "a\nb"),
            Profile(github: "\u{1B}[2J"), Profile(name: "a\u{2028}b"), Profile(name: "a\u{85}"),
        ])
    func badProfiles(profile: Profile) throws {
        var scene = HubScene()
        try scene.arrive("ann")
        #expect(scene.ask("ann", .profile(profile)) == ["ann: error bad_profile"])
        let hello = Registration(nick: try Nickname("bob"), user: "u", host: "h", profile: profile)
        #expect(scene.ask("bob", .register(hello)) == ["bob: error bad_profile"])
        #expect(scene.profiles.isEmpty)
        #expect(scene.hub.currentStatistics.people == 1)
    }
}
