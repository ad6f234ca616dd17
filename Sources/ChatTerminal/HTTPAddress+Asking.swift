// A tool's question to a server, with the failures that people are told of.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatClient
import ChatCore
import ChatIO

extension HTTPAddress {
    /// The answer of the server, whatever its status.
    /// - Parameters:
    ///   - what: what the answer is to be: `report`, `table`.
    ///   - whose: says whose address this must be.
    ///   - signals: end the wait.
    func answer(
        to call: HTTPCall, what: String, whose: String, signals: WakePipe?
    ) throws(ToolFailure) -> HTTPReply {
        var signal: UInt8?
        do throws(HTTPRequestError) {
            return try HTTPRequester(endpoint, cancel: signals).send(call) {
                signal = signal ?? signals?.drain().first
                return signal != nil
            }
        } catch {
            switch error {
            case .cancelled: throw ToolFailure(nil, status: 128 + Int32(signal ?? 0))
            case .cannotConnect(let error):
                throw ToolFailure(
                    "cannot connect: \(self): \(error.message)", hint: error.hint, status: 69)
            case .lost(let why): throw ToolFailure("no answer: \(self): \(why)", status: 69)
            case .malformed(.truncated):
                throw ToolFailure(
                    "no answer: \(self): \(HTTPReplyError.truncated.message)", status: 69)
            case .malformed(let error):
                throw ToolFailure(
                    "no \(what): \(self): \(error.message)", hint: whose, status: 65)
            }
        }
    }

    /// What an answer means that is no success.
    func refusal(_ reply: HTTPReply, what: String, whose: String) -> ToolFailure {
        guard let failure = reply.failure else {
            return ToolFailure(
                "no \(what): \(self): the answer has the status \(reply.status)", hint: whose,
                status: reply.status >= 500 ? 75 : 65)
        }
        let words = VisibleText.harmless(failure.message)
        switch reply.status {
        case 401, 403: return ToolFailure("not allowed: \(self): \(words)", status: 77)
        case 429, 500...:
            return ToolFailure("no \(what): \(self): \(words)", hint: "try again", status: 75)
        default: return ToolFailure("no \(what): \(self): \(words)", hint: whose, status: 65)
        }
    }
}
