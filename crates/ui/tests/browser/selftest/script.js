window.__pwned("self-test");
