// What the hub said, carried out: memberships, direct answers, and the fan-out. A direct answer first
// brings its client up to date with its rooms, so that every client sees the hub's order; everyone
// else is untouched by that and gets the shared batch.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCore

extension EventLoop {
    func carryOut(_ item: LoopItem) {
        switch item {
        case .room(let id, let event):
            guard let room = rooms[id] else { return }
            room.append(event)
            if !room.pollers.isEmpty { tellPollers(of: room, event) }
            if let excluded = event.excluded, let sender = connections[excluded],
                sender.memberships.contains(where: { $0.room === room })
            {
                room.excludeNewest(sender)
            }
            if !room.isTouched {
                room.isTouched = true
                touched.append(room)
            }
        case .direct(let id, let event, let tag):
            if let connection = connections[id] {
                answer(connection, event, tag)
            } else if let client = clients[id] {
                client.answer(event, tag)
                logArrival(event, client.id, "socketio")
            }
        case .several(let ids, let event): tell(ids, event)
        case .entered(let id, let roomID):
            let connection = connections[id]
            guard connection != nil || clients[id] != nil else { return }
            let room = rooms[roomID] ?? LoopRoom(id: roomID)
            rooms[roomID] = room
            if let connection { room.add(connection) } else { clients[id]?.enter(room) }
        case .exited(let id, let roomID):
            guard let room = rooms[roomID] else { return }
            guard let connection = connections[id] else {
                clients[id]?.exit(room)
                if room.memberCount == 0 { drop(room) }
                return
            }
            // Who quits still hears what was said before; who came and went no longer matters to it.
            if connection.state == .open || !room.isQuiet { catchUp(connection, with: room) }
            room.remove(connection)
            if room.memberCount == 0 { drop(room) }
        case .resumed(let id):
            if let connection = connections[id] {
                guard connection.isDeferred else { return }
                connection.isDeferred = false
                awaiting.append(connection)
            } else if let client = clients[id], client.isDeferred {
                client.isDeferred = false
                awaitingClients.append(client)
            }
        case .alarm(let due): hubDue = min(hubDue, due)
        case .close(let id):
            if let connection = connections[id] {
                connection.closeWhenSent(now: now.instant)
            } else {
                clients[id]?.close()
            }
        }
    }

    private func answer(_ connection: Connection, _ event: ClientEvent, _ tag: RequestTag) {
        guard connection.state == .open || connection.state == .leaving else { return }
        if case .ack = event, tag.label.isEmpty, !connection.isOwedAnswer {
            // Behind the turn's batches, which so stay whole. A labelled one may become the
            // message's echo, which has its place among them.
            return connection.tellLast { out in
                connection.session.encode(event, tag: tag, now: now, into: &out)
            }
        }
        catchUp(connection)
        connection.tell { out in
            switch event {
            case .raw(let bytes), .lastWords(let bytes): out.write(bytes)
            default: connection.session.encode(event, tag: tag, now: now, into: &out)
            }
        }
        if case .lastWords = event { connection.isDismissed = true }
        if connection.session.format != connection.format { reformat(connection) }
        goOn(connection)
        logArrival(event, connection.id, connection.session.protocolName)
    }

    /// A connection whose answer was awaited is read again.
    func goOn(_ connection: Connection) {
        guard connection.isOwedAnswer, !connection.session.awaitsAnswer else { return }
        connection.isOwedAnswer = false
        guard !isShuttingDown else { return connection.dismiss() }
        connection.isAwaiting = true
        awaiting.append(connection)
    }

    /// Those who poll are told at once; the packets wait for them all in one place.
    private func tellPollers(of room: LoopRoom, _ event: RoomEvent) {
        var packets = ByteBuffer()
        EventWire.encode(event, .socketIO, into: &packets)
        guard !packets.isEmpty else { return }
        let batch = SharedBatch(packets)
        for client in room.pollers { client.hear(batch) }
        counts.deliveries += UInt64(room.pollers.count)
    }

    /// Sends a member, by itself, what is pending in a room so far; one that is leaving, too: it
    /// is to hear all that was said before it left.
    func catchUp(_ connection: Connection, with room: LoopRoom) {
        guard !room.pending.isEmpty, !connection.isBroken, !connection.isDismissed,
            connection.farewell == .none
        else { return }
        connection.tell { out in
            for run in room.runs(for: connection) {
                for event in room.pending[run] {
                    EventWire.encode(event, connection.format, into: &out)
                }
            }
        }
        room.setCursor(connection, room.pending.count)
    }

    /// An event for people who may share several rooms with its subject: once each.
    private func tell(_ ids: [ClientID], _ event: RoomEvent) {
        var encoded: [(format: WireFormat, bytes: ByteBuffer)] = []
        for id in ids {
            let connection = connections[id]
            guard connection?.isListening ?? (clients[id] != nil) else { continue }
            let format = connection?.format ?? .socketIO
            let index = encoded.firstIndex { $0.format == format } ?? encoded.count
            if index == encoded.count {
                var out = ByteBuffer()
                EventWire.encode(event, format, into: &out)
                encoded.append((format, out))
            }
            counts.deliveries += 1
            guard let connection else {
                clients[id]?.hear(SharedBatch(encoded[index].bytes))
                continue
            }
            catchUp(connection)
            connection.tell { $0.write(encoded[index].bytes.readable) }
        }
    }

    /// Encodes a room's pending events once per format in use and writes them to every member.
    func flush(_ room: LoopRoom) {
        guard !room.pending.isEmpty else { return }
        for list in room.lists where !list.members.isEmpty {
            let batch = framer.batch(of: room.pending, list.format)
            counts.deliveries += UInt64(list.members.count * room.pending.count)
            for member in list.members where member.isListening {
                if member.specials == 0 {
                    member.deliver(batch)
                } else {
                    for run in room.runs(for: member) {
                        let range =
                            batch.start(of: run.lowerBound)..<batch.start(of: run.upperBound)
                        if !range.isEmpty { member.gather(BatchSlice(batch, range)) }
                    }
                }
            }
        }
        framer.forget()
        room.finishFlush()
    }

    /// Moves a connection between its rooms' lists after what it negotiated changed.
    func reformat(_ connection: Connection) {
        let rooms = connection.memberships.map(\.room)
        for room in rooms {
            catchUp(connection, with: room)
            room.remove(connection)
        }
        let new = connection.session.format
        if connection.format.framing == .none { count(new.framing) }
        connection.format = new
        for room in rooms { room.add(connection) }
    }

    /// A connection that began with HTTP has become something else.
    private func count(_ framing: WireFormat.Framing) {
        switch framing {
        case .none: break
        case .text, .binary, .deflatedText, .deflatedBinary: counts.webSockets += 1
        case .serverSent: counts.eventStreams += 1
        }
    }

    /// Forgets a room that nobody here is in any more.
    func drop(_ room: LoopRoom) {
        room.finishFlush()
        rooms[room.id] = nil
    }

    private func logArrival(
        _ event: ClientEvent, _ id: ClientID, _ protocolName: @autoclosure () -> String
    ) {
        guard case .welcome(let welcome) = event, logger.writes(.info) else { return }
        logger.info(
            "client joined",
            [
                "nick": .text(welcome.person.nick.text), "protocol": .text(protocolName()),
                "client": .number(Int(id.raw)),
            ])
    }
}
