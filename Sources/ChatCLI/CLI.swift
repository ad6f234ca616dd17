import ChatRuntime
func unused(_ c: ServerConfiguration) {}
