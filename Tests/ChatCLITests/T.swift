import ChatCLI
import Testing
