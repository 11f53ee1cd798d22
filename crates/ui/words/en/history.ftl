# All versions of a prompt or shared text.
history-title = Versions
history-of = Versions of { $name }
history-kinds = there are versions of a prompt and of a shared text, and of nothing else
history-none = There are no older versions.
history-pages = Pages of the list
history-newest = Newest versions
history-older = Older versions
