// What a relay answers itself: its table, its counts, the statistics of its visits; and orders for its
// servers, from whoever has the token.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore
import ChatIO
import ChatJournal

extension RelayLoop {
    /// Answers a request that came by HTTP.
    func answer(_ question: APIRequest, to client: RelayClient) {
        switch question {
        case .readiness:
            client.answer(
                door.isReady ? .done : .error(.unavailable("no server can be reached")))
        case .report: client.answer(.report(shellReport, report))
        case .statistics(let wish):
            let id = client.id
            journal.statistics(StatisticsQuestion(wish, now: now.wall)) { [inbox] loaded in
                inbox.post { loop in
                    let event: ClientEvent =
                        switch loaded {
                        case .statistics(let text): .figures(text)
                        case .refused(let error): .error(error)
                        case .failed(let why): .error(.unavailable(why))
                        default: .error(.unavailable("there are no figures"))
                        }
                    loop.clients[id]?.answer(event)
                }
            }
        case .servers: client.answer(.figures(table))
        case .door: client.answer(whereTo)
        case .left(let shown):
            guard isToken(shown) else { return client.answer(.error(.wrongToken)) }
            let id = client.id
            left.read { [inbox] event in inbox.post { $0.clients[id]?.answer(event) } }
        case .order(let order, let name, let shown):
            client.answer(carryOut(order, name, shown))
        case .rooms, .messages, .post, .listen:
            client.answer(.error(.unavailable("a relay has no rooms")))
        }
    }

    private func carryOut(_ order: ServerOrder, _ name: String, _ shown: String) -> ClientEvent {
        guard isToken(shown) else { return .error(.wrongToken) }
        var row: ServerRow?
        tellDoor { row = $0.order(order, name, now: $1, actions: &$2) }
        guard let row else {
            return .error(.noSuchServer(name.prefix(utf8Bytes: Limits.maxServerNameBytes)))
        }
        logger.info("order", ["server": .text(name), "do": .text(order.rawValue)])
        var json = ByteBuffer()
        RelayTable.write(row, into: &json)
        return .figures(json.text)
    }

    private func isToken(_ shown: String) -> Bool {
        configuration.token.map { Secret(Array(shown.utf8)) == $0 } ?? false
    }

    /// Where a browser is to go: to a server with room, or nowhere else as long as others are there who
    /// wait.
    private var whereTo: ClientEvent {
        guard door.admission.hasFreeSlot,
            let row = door.rows.first(where: { $0.state == .up && $0.free != 0 }),
            let endpoint = Endpoint(row.address)
        else { return .done }
        return .redirect(host: endpoint.host, port: endpoint.port, ticket: "")
    }

    /// Where a server's clients connect.
    func endpoint(of server: HostID) -> Endpoint? {
        door.row(server).flatMap { Endpoint($0.address) }
    }

    /// Keeps what somebody said who waited in vain.
    func keep(_ texts: [String], of nick: Nickname) {
        logger.info("messages left", ["nick": .text(nick.text), "messages": .number(texts.count)])
        left.keep(texts, of: nick, at: now.wall)
        for text in texts {
            let message = LeftMessage(nick: nick, text: text)
            for link in links { link.pass(message) }
        }
    }

    /// `GET /servers`.
    private var table: String {
        var json = ByteBuffer()
        RelayTable.write(
            relay: info.name, id: id, rows: door.rows, waiting: door.admission.waitingCount,
            oldestWait: door.admission.oldestWait(now: now.instant), at: now.wall, into: &json)
        return json.text
    }

    private var shellReport: ServerReport {
        var report = ServerReport()
        report.threads = ProcessFacts.threadNames()
        report.memoryBytes = ProcessFacts.residentBytes()
        report.loops = [counts]
        report.journal = journal.counts
        return report
    }

    private var report: HubReport {
        var statistics = HubStatistics()
        statistics.people = clients.count - clients.values.count { $0.isSession }
        return HubReport(
            server: info.name, startedAt: startedAt, at: now.wall, statistics: statistics,
            listeners: 0, admission: door.admission.counts,
            oldestWait: door.admission.oldestWait(now: now.instant), figures: figures,
            servers: door.rows)
    }

    // MARK: - Links

    /// Dials a server that the command line names.
    func link(to given: RelayServerAddress) {
        do throws(DirectoryError) {
            let address = Endpoint(host: given.host, port: given.port).description
            let id = try door.give(given.name, address: address, now: now)
            links.append(RelayLink(id, given, on: self))
        } catch {
            logger.error("cannot take in a server", ["server": .text(given.name)])
        }
    }

    /// Looks an address up; the answer comes in a later turn.
    func resolve(
        _ endpoint: Endpoint, then: @escaping @Sendable (RelayLoop, SocketAddress?) -> Void
    ) {
        if IPAddress(endpoint.host) != nil {
            // A number needs no asking.
            let address = SocketAddress.resolve(endpoint)
            return later { [self] in then(self, address) }
        }
        let inbox = inbox
        let thread = Thread(name: "resolver") {
            let address = SocketAddress.resolve(endpoint)
            inbox.post { then($0, address) }
        }
        if let thread {
            thread.detach()
        } else {
            later { [self] in then(self, nil) }
        }
    }
}

extension RelayClient {
    /// The answer to what it asked by HTTP; its next request is read then.
    func answer(_ event: ClientEvent) {
        guard state == .arriving else { return }
        tell(event)
        loop.later { [self] in goOn() }
    }

    /// The request is answered: the next one is read.
    func goOn() {
        guard state == .arriving else { return }
        // Nobody begins anything new with a relay that stops.
        if loop.isStopping { return leave() }
        stream.startReading()
        decode()
    }

    /// Whether its first line announces a server, which the connection then belongs to.
    func becameLink() -> Bool {
        var rest = input
        var decoder = ControlDecoder()
        guard let first = try? decoder.next(in: &rest, now: loop.now.instant),
            case .announce(let announcement) = first, let stream = stream as? RelayStream
        else { return false }
        do throws(LinkRefusal) {
            let (server, address) = try loop.admit(announcement)
            loop.forget(self)
            state = .closed
            loop.links.append(
                RelayLink(server, announcement.name, at: address, stream, rest: rest, on: loop))
        } catch {
            loop.logger.warning(
                "announcement refused",
                ["server": .text(announcement.name), "why": .text(error.code.rawValue)])
            var refusal = ByteBuffer()
            ControlMessage.error(error.code, message: error.message).write(into: &refusal)
            write(&refusal)
            leave()
        }
        return true
    }
}

/// Why an announcement is not accepted.
struct LinkRefusal: Error {
    let code: ControlErrorCode
    let message: String
}

extension RelayLoop {
    /// Lets an announced server in.
    func admit(_ announcement: Announcement) throws(LinkRefusal) -> (HostID, Endpoint) {
        guard isToken(announcement.token) else {
            throw LinkRefusal(code: .badToken, message: "that is not this relay's token")
        }
        let name = announcement.name
        guard (1...Limits.maxServerNameBytes).contains(name.utf8.count),
            let address = Endpoint(announcement.address), address.port != 0
        else {
            throw LinkRefusal(
                code: .badAnnounce,
                message: "a server has a name of at most \(Limits.maxServerNameBytes) bytes, and "
                    + "an address such as 127.0.0.1:12000")
        }
        guard !isOwn(address) else {
            throw LinkRefusal(code: .badAnnounce, message: "that is this relay's own address")
        }
        do throws(DirectoryError) {
            return (try door.announced(name, address: announcement.address, now: now), address)
        } catch {
            switch error {
            case .nameTaken:
                throw LinkRefusal(code: .nameTaken, message: "\(name) is linked already")
            case .full: throw LinkRefusal(code: .badAnnounce, message: "there are too many servers")
            }
        }
    }

    /// Whether clients sent there would come back here.
    private func isOwn(_ address: Endpoint) -> Bool { endpoints.contains(address) }
}
