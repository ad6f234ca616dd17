// Cuts text into the tokens of the search index, the same way for what was said and for what is looked
// for. Words are runs of letters, digits and marks, without case and accents. Scripts that put no spaces
// between words (WordClass) are cut into overlapping pairs of characters: whatever is two characters
// long is then found with one look-up. Emoji and other symbols are words by themselves.
// SPDX-License-Identifier: GPL-3.0-or-later

package struct WordCutter: Sendable {
    package enum Purpose: Sendable {
        /// Everything that can be looked for.
        case message
        /// What has to be there, in this order: less than what a message is cut into.
        case query
    }

    package enum Token: Sendable {
        case word
        case symbol
        /// Two characters of a run without spaces.
        case pair
        /// One character: the last of a run in a message, a whole run in a query.
        case single
    }

    /// Is given each token: its kind, its bytes and where it stood in the text; false ends the cutting.
    package typealias Receiver = (Token, UnsafeBufferPointer<UInt8>, Range<Int>) -> Bool

    private enum Open {
        case nothing, word, run
    }

    private var open = Open.nothing
    /// Of the open word, or of the open character of a run.
    private var start = 0
    private var end = 0
    private var scalars: [UInt32] = []
    /// Marks of the last letter, which may still have to be put in order.
    private var marks: [UInt32] = []
    /// The character of the run before the open one.
    private var previous: [UInt8] = []
    private var previousStart: Int?
    private var isFirstOfRun = true
    /// A regional indicator, and an emoji that a skin tone may follow.
    private var indicator: (scalar: UInt32, start: Int)?
    private var emojiEnd = -1
    private var bytes: [UInt8] = []
    private var parts: [UInt32] = []
    private var purpose = Purpose.message
    private var isStopped = false

    package init() {}

    /// Cuts `text`, which is UTF-8; what is malformed separates words.
    package mutating func cut(
        _ text: UnsafeBufferPointer<UInt8>, for purpose: Purpose, _ receive: Receiver
    ) {
        reset(purpose)
        var decoder = ScalarDecoder(text)
        while !isStopped {
            if open == .nothing, indicator == nil, let place = decoder.nextWord(&bytes) {
                emit(.word, place, receive)
                continue
            }
            guard let (scalar, place) = decoder.next() else { break }
            if scalar < 0x80 {
                takeASCII(UInt8(scalar), place, receive)
            } else if (0x4E00...0x9FFF).contains(scalar) || (0xAC00...0xD7A3).contains(scalar) {
                beginUnit(scalar, place, receive)
            } else {
                take(scalar, place, receive)
            }
        }
        if !isStopped { close(receive) }
    }

    private mutating func reset(_ purpose: Purpose) {
        self.purpose = purpose
        isStopped = false
        open = .nothing
        scalars.removeAll(keepingCapacity: true)
        marks.removeAll(keepingCapacity: true)
        previous.removeAll(keepingCapacity: true)
        previousStart = nil
        isFirstOfRun = true
        indicator = nil
        emojiEnd = -1
    }

    // MARK: - Scalars

    private mutating func takeASCII(
        _ byte: UInt8, _ place: Range<Int>, _ receive: Receiver
    ) {
        switch byte {
        case 0x30...0x39, 0x61...0x7A: extendWord(UInt32(byte), place, receive)
        case 0x41...0x5A: extendWord(UInt32(byte | 0x20), place, receive)
        default: close(receive)
        }
    }

    private mutating func take(_ given: UInt32, _ place: Range<Int>, _ receive: Receiver) {
        let scalar = WordClass.fullWidth(given)
        guard !WordClass.isIgnored(scalar) else {
            // Between Arabic letters it stands where others put a space.
            if scalar == 0x200C, WordClass.isArabic(scalars.last ?? 0) { close(receive) }
            return
        }
        parts.removeAll(keepingCapacity: true)
        if !CaselessText.decompositions.append(scalar, to: &parts) { parts.append(scalar) }
        for index in parts.indices where !isStopped {
            let part = parts[index]
            switch WordClass(part) {
            case .accent:
                // и with its breve is another letter, not an accented one.
                if part == 0x306, open == .word, marks.isEmpty, scalars.last == 0x438 {
                    marks.append(part)
                }
                if open != .nothing { end = place.upperBound }
            case .mark:
                if open == .nothing {
                    close(receive)
                    openWord(place)
                }
                marks.append(part)
                end = place.upperBound
            case .word: extendFolded(part, place, receive)
            case .run: extendRun(part, place, receive)
            case .symbol: takeSymbol(part, place, receive)
            case .gap: close(receive)
            }
        }
    }

    // MARK: - Words

    private mutating func openWord(_ place: Range<Int>) {
        open = .word
        start = place.lowerBound
    }

    private mutating func extendWord(
        _ scalar: UInt32, _ place: Range<Int>, _ receive: Receiver
    ) {
        if open != .word {
            close(receive)
            openWord(place)
        }
        if !marks.isEmpty { settleMarks() }
        scalars.append(scalar)
        end = place.upperBound
    }

    private mutating func extendFolded(
        _ scalar: UInt32, _ place: Range<Int>, _ receive: Receiver
    ) {
        if scalar < 0x80 { return takeASCII(UInt8(scalar), place, receive) }
        if open != .word {
            close(receive)
            openWord(place)
        }
        settleMarks()
        if !CaselessText.foldings.append(scalar, to: &scalars) { scalars.append(scalar) }
        end = place.upperBound
    }

    private mutating func settleMarks() {
        guard !marks.isEmpty else { return }
        if marks.count > 1 { CaselessText.order(&marks) }
        scalars += marks
        marks.removeAll(keepingCapacity: true)
    }

    // MARK: - Runs

    private mutating func extendRun(
        _ scalar: UInt32, _ place: Range<Int>, _ receive: Receiver
    ) {
        // Conjoining jamo make a syllable.
        if open == .run, marks.isEmpty, scalars.count == 1,
            let syllable = WordClass.syllable(scalars[0], scalar)
        {
            scalars[0] = syllable
            end = place.upperBound
            return
        }
        beginUnit(scalar, place, receive)
    }

    private mutating func beginUnit(
        _ scalar: UInt32, _ place: Range<Int>, _ receive: Receiver
    ) {
        if open == .run { finishUnit(receive) } else { close(receive) }
        open = .run
        scalars.append(scalar)
        (start, end) = (place.lowerBound, place.upperBound)
    }

    /// Ends the open character: with the one before it, it is a pair.
    private mutating func finishUnit(_ receive: Receiver) {
        settleMarks()
        bytes.removeAll(keepingCapacity: true)
        bytes += previous
        let split = bytes.count
        encode()
        if let previousStart {
            isFirstOfRun = false
            emit(.pair, previousStart..<end, receive)
        }
        previous.removeAll(keepingCapacity: true)
        previous += bytes[split...]
        previousStart = start
    }

    // MARK: - Symbols

    private mutating func takeSymbol(
        _ scalar: UInt32, _ place: Range<Int>, _ receive: Receiver
    ) {
        // A skin tone belongs to the emoji before it, and is no more looked for than an accent.
        if WordClass.isSkinTone(scalar), emojiEnd == place.lowerBound { return }
        let isIndicator = WordClass.isRegionalIndicator(scalar)
        if isIndicator, let first = indicator {
            // Two of them are a flag.
            indicator = nil
            bytes.removeAll(keepingCapacity: true)
            append(first.scalar)
            append(scalar)
            return emit(.symbol, first.start..<place.upperBound, receive)
        }
        close(receive)
        if isIndicator {
            indicator = (scalar, place.lowerBound)
            end = place.upperBound
            return
        }
        emojiEnd = place.upperBound
        bytes.removeAll(keepingCapacity: true)
        append(scalar)
        emit(.symbol, place, receive)
    }

    // MARK: - Tokens

    /// Ends whatever is open.
    private mutating func close(_ receive: Receiver) {
        switch open {
        case .nothing:
            guard let (scalar, start) = indicator else { return }
            indicator = nil
            bytes.removeAll(keepingCapacity: true)
            append(scalar)
            emit(.symbol, start..<end, receive)
        case .word:
            settleMarks()
            bytes.removeAll(keepingCapacity: true)
            encode()
            emit(.word, start..<end, receive)
        case .run:
            finishUnit(receive)
            if purpose == .message || isFirstOfRun, !isStopped {
                swap(&bytes, &previous)
                emit(.single, start..<end, receive)
            }
            previous.removeAll(keepingCapacity: true)
            previousStart = nil
            isFirstOfRun = true
        }
        open = .nothing
    }

    private mutating func emit(_ token: Token, _ place: Range<Int>, _ receive: Receiver) {
        guard !isStopped else { return }
        isStopped = !bytes.withUnsafeBufferPointer { receive(token, $0, place) }
    }

    /// Moves the open scalars to the token's bytes.
    private mutating func encode() {
        for scalar in scalars { append(scalar) }
        scalars.removeAll(keepingCapacity: true)
    }

    private mutating func append(_ scalar: UInt32) {
        if scalar < 0x80 { return bytes.append(UInt8(scalar)) }
        guard let scalar = Unicode.Scalar(scalar) else { return }
        bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
}
