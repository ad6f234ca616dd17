// From command lines to who is served, who waits, and the desk with its operators.
// SPDX-License-Identifier: GPL-3.0-or-later
import ChatCLI
import ChatCore
import ChatIO
import ChatServer
import Testing

@Suite("serve, admission")
struct AdmissionConfigurationTests {
    let fake = FakeSurroundings()

    @Test("serves everyone unless told otherwise")
    func defaults() throws {
        let served = try #require(fake.run("serve").served.first)
        #expect(served.capacity == nil && !served.isDesk)
        #expect(served.wait == .seconds(300) && served.maxWaiting == 10_000)
        #expect(served.console == nil && served.operatorPassword == nil)
        #expect(served.admission.maxWaiting == 10_000 && !served.admission.isDesk)
        #expect(served.admission.keepsPlace == .seconds(30))
    }

    @Test("takes slots, the longest wait and the longest queue")
    func limits() throws {
        let served = try #require(
            fake.run("serve", "--capacity", "1000000", "--wait=1.5")
                .served.first)
        #expect(served.capacity == 1_000_000 && served.wait == .milliseconds(1500))
        #expect(served.admission.wait == .milliseconds(1500))
        #expect(fake.run("serve", "--wait", "86400").served.first?.wait == .seconds(86_400))
        #expect(fake.run("serve", "--max-waiting", "0").served.first?.maxWaiting == 0)
        let config = FakeSurroundings(
            variables: ["CHATKIT_MAX_WAITING": "7"], config: "[serve]\ncapacity = 2\nwait = 9\n")
        let set = try #require(config.run("serve").served.first)
        #expect(set.capacity == 2 && set.wait == .seconds(9) && set.maxWaiting == 7)
    }

    @Test(
        "refuses",
        arguments: [
            ["--capacity", "0"], ["--capacity", "-1"], ["--capacity", "1000001"],
            ["--capacity", "many"], ["--capacity", ""], ["--capacity", "1.5"],
            ["--capacity", "99999999999999999999"], ["--wait", "0"], ["--wait", "0.9"],
            ["--wait", "-5"], ["--wait", "86401"], ["--wait", "86400.1"], ["--wait", "5m"],
            ["--wait", ""], ["--max-waiting", "-1"], ["--max-waiting", "1000001"],
            ["--max-waiting", "x"],
        ])
    func refuses(arguments: [String]) {
        let run = fake.run("serve", arguments[0], arguments[1])
        #expect(run.status == 64 && run.served.isEmpty)
        let lines = run.error.split(separator: "\n")
        #expect(lines.count == 2, "\(run.error)")
        #expect(lines.first?.hasPrefix("chatkit: bad value for \(arguments[0]): ") == true)
        #expect(lines.last?.hasPrefix("hint: ") == true)
    }

    @Test("says how to set no limit")
    func noLimit() {
        #expect(
            fake.run("serve", "--capacity", "0").error == """
                chatkit: bad value for --capacity: 0: a capacity is a whole number from 1 to 1000000
                hint: leave it out to set no limit

                """)
    }
}

@Suite("serve, desk")
struct DeskConfigurationTests {
    let fake = FakeSurroundings()

    @Test("has one conversation for each operator at a desk unless told otherwise")
    func desk() throws {
        let served = try #require(fake.run("serve", "--desk").served.first)
        #expect(served.isDesk && served.capacity == 1 && served.console == nil)
        #expect(served.admission.isDesk)
        #expect(fake.run("serve", "--desk", "--capacity=3").served.first?.capacity == 3)
        #expect(ServerConfiguration(isDesk: true).capacity == 1)
    }

    @Test("names the console's operator after the login, or as told")
    func consoleNick() {
        func nick(_ login: String?, _ arguments: String...) -> String? {
            var fake = fake
            fake.loginName = login
            let run =
                arguments.isEmpty
                ? fake.run("serve", "--desk", "--console")
                : fake.run("serve", "--desk", "--console", "--operator", arguments[0])
            return run.served.first?.console?.nick.text
        }
        #expect(nick("ana") == "ana")
        #expect(nick("ana", "Bea") == "Bea")
        #expect(nick("CORP\\jo smith") == "CORPjosmith")
        #expect(nick("_apt") == "_apt")
        #expect(nick("-x") == "x")
        #expect(nick(nil) == "operator")
        #expect(nick("server") == "operator")
        #expect(nick(String(repeating: "x", count: 100))?.count == Limits.maxNickCharacters)
        #expect(fake.run("serve", "--desk", "--console", "--operator", "a b").status == 64)
    }

    @Test("takes a file of replies for the console")
    func canned() {
        var fake = fake
        fake.files["/replies"] = .success(Array("hi = Hello!\n".utf8))
        let run = fake.run("serve", "--desk", "--console", "--canned", "/replies")
        #expect(run.served.first?.console?.canned.names == ["hi"])
        #expect(fake.run("serve", "--desk", "--console", "--canned", "").status == 64)
    }

    @Test("refuses a console without a desk")
    func consoleAlone() {
        let run = fake.run("serve", "--console")
        #expect(run.status == 64)
        #expect(
            run.error == """
                chatkit: conflicting options: --console: only a desk has a console
                hint: add --desk, or --no-console

                """)
        let config = FakeSurroundings(config: "[serve]\nconsole = true\ndesk = true\n")
        #expect(config.run("serve").served.first?.console?.nick.text == "ana")
        #expect(config.run("serve", "--no-desk").error.contains("console (/home/ana/.config/"))
        #expect(config.run("serve", "--no-desk", "--no-console").served.first?.isDesk == false)
    }

    @Test("refuses what was typed in vain, and lets it stand in a file")
    func inVain() {
        var fake = fake
        fake.secretFiles["/pw"] = .success("secret\n")
        #expect(
            fake.run("serve", "--desk", "--operator", "ana").error == """
                chatkit: missing option: --operator: it has no effect without --console
                hint: add --console, or leave out --operator

                """)
        #expect(fake.run("serve", "--desk", "--canned", "/x").status == 64)
        #expect(fake.run("serve", "--operator-password-file", "/pw").status == 64)
        var config = FakeSurroundings(
            config: "[serve]\noperator = ana\ncanned = /x\noperator-password-file = /pw\n")
        config.secretFiles["/pw"] = .success("secret\n")
        let served = config.run("serve").served.first
        #expect(served != nil && served?.console == nil && served?.operatorPassword == nil)
    }
}

@Suite("serve, the operators' password")
struct OperatorPasswordConfigurationTests {
    private static let hash =
        "$scrypt$ln=4,r=1,p=1$c29kaXVtY2hsb3JpZGU$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    private func source(
        _ fake: FakeSurroundings, _ file: String? = nil
    ) -> OperatorPasswordSource? {
        let run =
            file.map { fake.run("serve", "--desk", "--operator-password-file", $0) }
            ?? fake.run("serve", "--desk")
        #expect(run.error == "")
        return run.served.first?.operatorPassword
    }

    private func plain(_ source: OperatorPasswordSource?) -> String? {
        guard case .plain(let secret) = source else { return nil }
        return secret.withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test("is the first line of the file, its end apart")
    func file() {
        var fake = FakeSurroundings()
        for text in ["secret", "secret\n", "secret\r\n", "secret\nmore\n"] {
            fake.secretFiles["/pw"] = .success(text)
            #expect(plain(source(fake, "/pw")) == "secret")
        }
        fake.secretFiles["/pw"] = .success(" two words\t\n")
        #expect(plain(source(fake, "/pw")) == " two words\t")
    }

    @Test("is known by a hash's beginning")
    func hashes() throws {
        var fake = FakeSurroundings()
        fake.secretFiles["/pw"] = .success(OperatorPasswordConfigurationTests.hash + "\n")
        guard case .hash(let hash) = source(fake, "/pw") else {
            Issue.record("not read as a hash")
            return
        }
        #expect(hash.text == OperatorPasswordConfigurationTests.hash)
        fake.secretFiles["/pw"] = .success("$scrypt$ln=40,r=8,p=1$c29kaXVtY2hsb3JpZGU$AAAA")
        let run = fake.run("serve", "--desk", "--operator-password-file=/pw")
        #expect(run.status == 65 && run.error.contains("its cost is out of bounds"))
    }

    @Test("is refused when others may read it, with what to do")
    func exposed() {
        var fake = FakeSurroundings()
        fake.secretFiles["/p w"] = .failure(.exposed)
        let run = fake.run("serve", "--desk", "--operator-password-file", "/p w")
        #expect(run.status == 77)
        #expect(
            run.error == """
                chatkit: bad value for --operator-password-file: /p w: others than its owner may \
                read or write it
                hint: chmod 600 /p w

                """)
        #expect(fake.run("serve", "--desk", "--operator-password-file", "/none").status == 64)
        fake.secretFiles["/x"] = .failure(.system(FakeSurroundings.forbidden))
        #expect(fake.run("serve", "--desk", "--operator-password-file", "/x").status == 77)
    }

    @Test("is refused when nobody could use it, and never shown")
    func unusable() {
        var fake = FakeSurroundings()
        for text in ["", "\n", "\nsecret", String(repeating: "x", count: 1025)] {
            fake.secretFiles["/pw"] = .success(text)
            let run = fake.run("serve", "--desk", "--operator-password-file", "/pw")
            #expect(run.status == 65 && run.served.isEmpty)
            #expect(!run.error.contains("secret") && !run.error.contains("xx"))
        }
        fake.secretFiles["/pw"] = .success(String(repeating: "x", count: 1024))
        #expect(plain(source(fake, "/pw"))?.count == 1024)
        fake.passwordVariable = "$scrypt$secret"
        let run = fake.run("serve", "--desk")
        #expect(run.status == 65 && !run.error.contains("secret"))
        #expect(run.error.hasPrefix("chatkit: bad value in CHATKIT_OPERATOR_PASSWORD: a hash is "))
    }

    @Test("comes from the nearest of file and variable")
    func precedence() {
        var fake = FakeSurroundings(config: "[serve]\noperator-password-file = /config\n")
        fake.secretFiles = ["/config": .success("config"), "/line": .success("line")]
        #expect(plain(source(fake)) == "config")
        fake.passwordVariable = "variable"
        #expect(plain(source(fake)) == "variable")
        #expect(plain(source(fake, "/line")) == "line")
        fake.passwordVariable = ""
        #expect(plain(source(fake)) == "config")
        fake.passwordVariable = "variable"
        fake.variables["CHATKIT_OPERATOR_PASSWORD_FILE"] = "/line"
        let run = fake.run("serve", "--desk")
        #expect(run.status == 64 && run.error.hasPrefix("chatkit: conflicting variables: "))
    }

    @Test("is hashed by --hash-password, which serves nobody")
    func hashPassword() throws {
        var fake = FakeSurroundings(config: "[serve]\nport = x\n")
        fake.newPassword = .success("secret")
        let run = fake.run("serve", "--hash-password")
        #expect(run.status == 0 && run.error.isEmpty && run.served.isEmpty)
        #expect(run.output.hasSuffix("\n"))
        let hash = try ScryptHash(String(run.output.dropLast()))
        #expect(hash.cost == .standard)
        #expect(OperatorPassword(hash).matches(Array("secret".utf8)))
        #expect(!OperatorPassword(hash).matches(Array("Secret".utf8)))
    }

    @Test("is not hashed when there is none, or something else")
    func badNewPassword() {
        var fake = FakeSurroundings()
        for (typed, status) in [
            (.failure(.ended), 65), (.failure(.different), 65), (.failure(.tooLong), 65),
            (.failure(.interrupted), 130), (.success(""), 65), (.success("$scrypt$x"), 65),
            (.success(String(repeating: "x", count: 1025)), 65),
            (.failure(.system(FakeSurroundings.forbidden)), 1),
        ] as [(Result<String, PromptRefusal>, Int32)] {
            fake.newPassword = typed
            let run = fake.run("serve", "--hash-password")
            #expect(run.status == status && run.output.isEmpty, "\(typed)")
            #expect(status == 130 || run.error.hasPrefix("chatkit: cannot "))
        }
    }
}
