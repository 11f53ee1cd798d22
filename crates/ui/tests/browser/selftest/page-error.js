throw new Error("self-test");
