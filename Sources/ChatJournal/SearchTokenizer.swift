// The tokenizer of the search index: WordCutter, as FTS5 calls it. A connection needs it to write messages
// into the index, to take them out and to search; whoever opens the file without it can read all the
// rest.
// SPDX-License-Identifier: GPL-3.0-or-later
import CSQLite
import ChatCore

enum SearchTokenizer {
    /// What the schema calls it.
    static let name = "chatkit"

    final class Instance {
        var cutter = WordCutter()
    }

    /// Makes it known to a connection; a library without FTS5 has no use for it.
    static func register(on connection: OpaquePointer) {
        guard let api = csqlite_fts5(connection) else { return }
        var tokenizer = fts5_tokenizer(
            xCreate: { _, _, _, result in
                result?.pointee = OpaquePointer(Unmanaged.passRetained(Instance()).toOpaque())
                return SQLITE_OK
            },
            xDelete: { tokenizer in
                guard let tokenizer else { return }
                Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(tokenizer)).release()
            },
            xTokenize: { tokenizer, context, flags, text, count, receive in
                guard let tokenizer, let receive else { return SQLITE_MISUSE }
                guard let text, count > 0 else { return SQLITE_OK }
                let instance = Unmanaged<Instance>.fromOpaque(UnsafeRawPointer(tokenizer))
                    .takeUnretainedValue()
                let isQuery = flags & FTS5_TOKENIZE_QUERY != 0
                return text.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { start in
                    instance.cut(
                        UnsafeBufferPointer(start: start, count: Int(count)),
                        for: isQuery ? .query : .message, context, receive)
                }
            })
        _ = api.pointee.xCreateTokenizer?(api, name, nil, &tokenizer, nil)
    }
}

extension SearchTokenizer.Instance {
    typealias FTS5Receiver =
        @convention(c) (
            UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, Int32, Int32, Int32
        ) -> Int32

    /// Hands each token on; what FTS5 says of it ends the cutting.
    func cut(
        _ text: UnsafeBufferPointer<UInt8>, for purpose: WordCutter.Purpose,
        _ context: UnsafeMutableRawPointer?, _ receive: FTS5Receiver
    ) -> Int32 {
        var status = SQLITE_OK
        cutter.cut(text, for: purpose) { _, bytes, place in
            status = UnsafeRawBufferPointer(bytes).withMemoryRebound(to: CChar.self) {
                receive(
                    context, 0, $0.baseAddress, Int32($0.count), Int32(place.lowerBound),
                    Int32(place.upperBound))
            }
            return status == SQLITE_OK
        }
        return status == SQLITE_DONE ? SQLITE_OK : status
    }
}
