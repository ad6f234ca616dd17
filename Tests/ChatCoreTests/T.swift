import ChatCore
import Testing
