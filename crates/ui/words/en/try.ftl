try-title = Try { $name }
try-about = See the text as a model would read it. Nothing is sent to a model, and nothing is changed.
try-data = Sample data
try-version = Version
try-show = Show the text
try-result = What the model reads
try-size = { $bytes } bytes, about { $tokens } tokens
try-failed = It cannot be shown with these values:
