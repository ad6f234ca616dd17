// What a character is to the search index. ASCII is decided by WordCutter itself.
// SPDX-License-Identifier: GPL-3.0-or-later

enum WordClass {
    /// Part of a word: letters, digits, private characters.
    case word
    /// A character of a script without spaces between words.
    case run
    /// Emoji and other symbols: words by themselves.
    case symbol
    /// Belongs to the letter before it and tells words apart, such as a vowel sign.
    case mark
    /// Belongs to the letter before it and may be left out: accents, points, harakat.
    case accent
    /// Stands between words.
    case gap

    /// The class of a scalar that has no decomposition and is not ignored.
    init(_ value: UInt32) {
        guard let scalar = Unicode.Scalar(value) else {
            self = .gap
            return
        }
        if value < 0x80 {
            // Made of an accented letter, or of a full-width character.
            let isAlphanumeric =
                (0x30...0x39).contains(value) || (0x41...0x5A).contains(value & ~0x20)
            self = isAlphanumeric ? .word : .gap
            return
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .letterNumber:
            self =
                value == 0x640
                ? .accent : WordClass.hasNoSpaces(value) ? .run : .word
        case .decimalNumber, .otherNumber, .privateUse: self = .word
        case .nonspacingMark, .spacingMark, .enclosingMark:
            self = WordClass.isAccent(value) ? .accent : .mark
        case .otherSymbol, .mathSymbol, .currencySymbol, .modifierSymbol:
            // Lines and blocks draw pictures.
            self = (0x2500...0x259F).contains(value) || value == 0xFFFD ? .gap : .symbol
        default: self = properties.isEmoji ? .symbol : .gap
        }
    }

    /// Scripts that are written without spaces between words, and Korean, whose words take endings.
    private static func hasNoSpaces(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x0E00...0x0EFF,  // Thai, Lao
            0x1000...0x109F, 0xA9E0...0xA9FF, 0xAA60...0xAA7F,  // Myanmar
            0x1100...0x11FF, 0x3130...0x318F, 0xA960...0xA97F, 0xAC00...0xD7FF,  // Hangul
            0x1780...0x17FF,  // Khmer
            0x1950...0x19DF, 0x1A20...0x1AAF, 0xAA80...0xAADF,  // Tai
            0x3005...0x3007, 0x3021...0x3029, 0x3031...0x303C, 0x3400...0x4DBF,
            0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF,  // Han
            0x3040...0x30FF, 0x31F0...0x31FF, 0x1AFF0...0x1B16F,  // Kana
            0x3100...0x312F, 0x31A0...0x31BF,  // Bopomofo
            0xA000...0xA4CF:  // Yi
            true
        default: false
        }
    }

    private static func isAccent(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x300...0x36F, 0x483...0x489, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x20D0...0x20FF,
            0xFE20...0xFE2F:
            true
        case 0x591...0x5C7: true  // Hebrew points
        case 0x610...0x61A, 0x64B...0x65F, 0x670, 0x6D6...0x6ED, 0x8D3...0x8FF: true  // Arabic
        default: false
        }
    }

    static func isArabic(_ scalar: UInt32) -> Bool { (0x600...0x77F).contains(scalar) }

    static func isSkinTone(_ scalar: UInt32) -> Bool { (0x1F3FB...0x1F3FF).contains(scalar) }

    static func isRegionalIndicator(_ scalar: UInt32) -> Bool {
        (0x1F1E6...0x1F1FF).contains(scalar)
    }

    /// Joiners, variation selectors and the like: in a word they are nothing.
    static func isIgnored(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F,
            0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F, 0xFEFF,
            0xE0000...0xE0FFF:
            true
        default: false
        }
    }

    /// The ordinary form of a full-width or half-width character.
    static func fullWidth(_ scalar: UInt32) -> UInt32 {
        switch scalar {
        case 0xFF01...0xFF5E: scalar - 0xFEE0
        case 0xFF66...0xFF9F: kana[Int(scalar - 0xFF66)]
        default: scalar
        }
    }

    /// U+FF66 to U+FF9F; the last two become marks that combine.
    private static let kana: [UInt32] =
        ("ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン"
        + "\u{3099}\u{309A}").unicodeScalars.map(\.value)

    /// The syllable that two conjoining jamo, or a syllable and a final one, make.
    static func syllable(_ first: UInt32, _ second: UInt32) -> UInt32? {
        switch (first, second) {
        case (0x1100...0x1112, 0x1161...0x1175):
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (first - 0xAC00) % 28 == 0:
            return first + second - 0x11A7
        default: return nil
        }
    }
}
