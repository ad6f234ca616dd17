// The numerics this server sends, with the sentence each one carries when it has no better.
// RFC 1459 §6, https://modern.ircdocs.horse/#numerics
// SPDX-License-Identifier: GPL-3.0-or-later

/// A numbered reply. The text is empty where parameters say it all.
package enum IRCNumeric: UInt16, CaseIterable, Sendable {
    case welcome = 1
    case yourHost = 2
    case created = 3
    case myInfo = 4
    case support = 5
    case userMode = 221
    case userCount = 251
    case operatorCount = 252
    case unknownCount = 253
    case roomCount = 254
    case clientCount = 255
    case noAdmin = 423
    case localUsers = 265
    case globalUsers = 266
    case away = 301
    case userHost = 302
    case isOn = 303
    case unaway = 305
    case nowAway = 306
    case whoisUser = 311
    case whoisServer = 312
    case endOfWho = 315
    case whoisIdle = 317
    case endOfWhois = 318
    case whoisRooms = 319
    case listStart = 321
    case list = 322
    case listEnd = 323
    case channelMode = 324
    case createdAt = 329
    case noTopic = 331
    case topic = 332
    case topicBy = 333
    case version = 351
    case who = 352
    case names = 353
    case whox = 354
    case endOfNames = 366
    case endOfBans = 368
    case endOfWhowas = 369
    case info = 371
    case motd = 372
    case endOfInfo = 374
    case motdStart = 375
    case endOfMotd = 376
    case time = 391
    case noSuchNick = 401
    case noSuchServer = 402
    case noSuchChannel = 403
    case cannotSend = 404
    case tooManyChannels = 405
    case wasNoSuchNick = 406
    case tooManyTargets = 407
    case invalidCapCommand = 410
    case noRecipient = 411
    case noText = 412
    case inputTooLong = 417
    case unknownCommand = 421
    case noMotd = 422
    case noNickGiven = 431
    case badNick = 432
    case nickInUse = 433
    case unavailable = 437
    case notOnChannel = 442
    case notRegistered = 451
    case needMoreParams = 461
    case alreadyRegistered = 462
    case wrongPassword = 464
    case unknownMode = 472
    case badChannel = 476
    case notOperator = 482
    case unknownUserMode = 501
    case usersDontMatch = 502
    case helpNotFound = 524
    case helpStart = 704
    case helpText = 705
    case endOfHelp = 706

    /// The three digits.
    package var code: String {
        let digits = String(rawValue)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }

    /// The usual sentence; empty when there is none.
    package var text: String { Self.texts[self] ?? "" }

    private static let texts: [IRCNumeric: String] = [
        .support: "are supported by this server",
        .operatorCount: "operator(s) online",
        .unknownCount: "unknown connection(s)",
        .roomCount: "rooms formed",
        .unaway: "You are no longer marked as being away",
        .nowAway: "You have been marked as being away",
        .endOfWho: "End of WHO list",
        .whoisIdle: "seconds idle, signon time",
        .endOfWhois: "End of WHOIS list",
        .listStart: "Users  Name",
        .listEnd: "End of LIST",
        .noTopic: "No topic is set",
        .endOfNames: "End of NAMES list",
        .endOfBans: "End of room's ban list",
        .endOfWhowas: "End of WHOWAS",
        .endOfInfo: "End of INFO list",
        .endOfMotd: "End of MOTD",
        .noSuchNick: "No such nick",
        .noSuchServer: "No such server",
        .noSuchChannel: "No such room",
        .cannotSend: "You cannot send to a room that you are not in",
        .tooManyChannels: "You are in as many rooms as there may be",
        .wasNoSuchNick: "Past nicks are not kept",
        .tooManyTargets: "Too many recipients",
        .invalidCapCommand: "Invalid CAP subcommand",
        .noRecipient: "No recipient given",
        .wrongPassword: "Password incorrect",
        .noText: "No text to send",
        .inputTooLong: IRCLengthLimit.line.text,
        .unknownCommand: "Unknown command",
        .noMotd: "There is no message of the day",
        .noAdmin: "No administrative information is available",
        .noNickGiven: "No nick given",
        .badNick: "This cannot be a nick",
        .nickInUse: "This nick is in use",
        .unavailable: "This server keeps no more rooms",
        .notOnChannel: "You are not in that room",
        .notRegistered: "Introduce yourself first",
        .needMoreParams: "Not enough parameters",
        .alreadyRegistered: "You have introduced yourself already",
        .unknownMode: "is not a mode that this server knows",
        .badChannel: "This cannot be the name of a room",
        .notOperator: "Rooms have no operators here: modes and bans cannot be changed",
        .unknownUserMode: "Unknown user mode",
        .usersDontMatch: "You can see and change your own modes only",
        .helpNotFound: "There is no help on that",
        .endOfHelp: "End of HELP",
    ]
}
