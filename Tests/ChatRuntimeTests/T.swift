import ChatRuntime
import Testing
