// swift-tools-version: 6.2
// chatkit → ChatCLI → ChatServer, ChatRelay → ChatTerminal → ChatJournal → ChatIO, ChatClient → ChatCore;
// C libraries hang under those that touch the machine.
// SPDX-License-Identifier: GPL-3.0-or-later
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
    name: "chatkit",
    products: [.executable(name: "chatkit", targets: ["chatkit"])],
    targets: [
        .systemLibrary(
            name: "CLibuv", pkgConfig: "libuv", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(
            // No pkg-config: its file asks for -D flags that SwiftPM refuses with a warning.
            name: "CReadline", providers: [.apt(["libreadline-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CAssets", exclude: ["Files"]),
        .target(name: "CSystem"),
        .target(name: "ChatCore", swiftSettings: strict),
        .target(name: "ChatClient", dependencies: ["ChatCore"], swiftSettings: strict),
        .target(
            name: "ChatIO",
            dependencies: ["ChatCore", "CAssets", "CLibuv", "COpenSSL", "CSystem", "CZlib"],
            swiftSettings: strict),
        .target(
            name: "ChatJournal",
            dependencies: ["ChatIO", "ChatCore", "COpenSSL", "CSQLite", "CSystem"],
            swiftSettings: strict),
        .target(
            name: "ChatTerminal",
            dependencies: ["ChatJournal", "ChatIO", "ChatClient", "ChatCore", "CReadline"],
            swiftSettings: strict),
        .target(
            name: "ChatServer",
            dependencies: [
                "ChatTerminal", "ChatJournal", "ChatIO", "ChatCore", "CLibuv", "COpenSSL",
                "CSystem",
            ],
            swiftSettings: strict),
        .target(
            name: "ChatRelay", dependencies: ["ChatJournal", "ChatIO", "ChatCore", "CLibuv"],
            swiftSettings: strict),
        .target(
            name: "ChatCLI",
            dependencies: [
                "ChatServer", "ChatRelay", "ChatTerminal", "ChatJournal", "ChatIO", "ChatClient",
                "ChatCore",
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "chatkit",
            dependencies: ["ChatCLI", "ChatServer", "ChatRelay", "ChatTerminal", "ChatIO"],
            swiftSettings: strict),
        .target(name: "CLoad", path: "Tools/CLoad"),
        .executableTarget(name: "chatkit-floor", path: "Tools/chatkit-floor"),
        .executableTarget(
            name: "chatkit-bench",
            dependencies: ["ChatServer", "ChatJournal", "ChatIO", "ChatCore", "CLoad", "CSQLite"],
            path: "Tools/chatkit-bench", exclude: ["README.md", "RESULTS.md"], swiftSettings: strict
        ),
        .executableTarget(
            name: "chatkit-echo", dependencies: ["ChatIO", "ChatCore", "CLibuv"],
            path: "Tools/chatkit-echo", swiftSettings: strict),
        .executableTarget(
            name: "chatkit-fuzz", dependencies: ["ChatCore", "ChatTestKit"],
            path: "Tools/chatkit-fuzz", swiftSettings: strict),
        .target(name: "CFaultVFS", dependencies: ["CSQLite"], path: "Tests/CFaultVFS"),
        .target(
            name: "ChatTestKit", dependencies: ["ChatCore"], path: "Tests/ChatTestKit",
            swiftSettings: strict),
        .testTarget(
            name: "ChatCoreTests", dependencies: ["ChatCore", "ChatTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatWireTests", dependencies: ["ChatCore", "ChatTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatRelayTests", dependencies: ["ChatCore", "ChatTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatClientTests", dependencies: ["ChatClient", "ChatCore", "ChatTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatIOTests", dependencies: ["ChatIO", "ChatCore"], swiftSettings: strict),
        .testTarget(
            name: "ChatJournalTests",
            dependencies: ["ChatJournal", "ChatIO", "ChatCore", "ChatTestKit", "CFaultVFS"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatServerTests",
            dependencies: ["ChatServer", "ChatJournal", "ChatIO", "ChatCore", "ChatTestKit"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatTerminalTests", dependencies: ["ChatTerminal", "ChatIO", "ChatCore"],
            swiftSettings: strict),
        .testTarget(
            name: "ChatCLITests",
            dependencies: [
                "ChatCLI", "ChatServer", "ChatRelay", "ChatTerminal", "ChatJournal", "ChatIO",
                "ChatClient", "ChatCore",
            ],
            exclude: ["Snapshots"], swiftSettings: strict),
        .testTarget(
            name: "ChatBenchTests", dependencies: ["chatkit-bench"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
