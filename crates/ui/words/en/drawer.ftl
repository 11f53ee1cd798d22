# The engineer drawer: the only place for words of version control.
drawer-title = For engineers
drawer-ids = Ids
drawer-cli = On the command line
drawer-api = By the API
